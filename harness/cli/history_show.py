"""The history of a baseline for the terminal and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from harness.cli.console import styled
from harness.cli.sheet import Entry, Sheet
from harness.gate.creep import SeriesFinding
from harness.gate.history import Baseline, Point
from harness.gate.units import change, worse
from harness.lines import storable

HEADINGS = ("case", "quantity", "machine", "commits", "ratio", "latest", "found")
BLOCKS = "▁▂▃▄▅▆▇█"
LONGEST = 40
CALM = 0.02
"""Log-ratio range that fills a sparkline at least: noise must not look like a mountain."""


def table(baseline: Baseline, found: Sequence[SeriesFinding]) -> Sheet:
    """Return one row per series."""
    title = f"{baseline.name} is {baseline.commit[:7]}, named {baseline.named[:10]}"
    machines = len({finding.series.hardware for finding in found}) > 1
    kept = [at for at, name in enumerate(HEADINGS) if machines or name != "machine"]
    headings = [HEADINGS[at] for at in kept]
    rows = [[row[at] for at in kept] for row in map(_row, found)]
    return Sheet(headings, rows, title, whole=[headings.index("ratio")])


def _row(finding: SeriesFinding) -> tuple[Entry, ...]:
    series = finding.series
    return (
        series.case,
        series.quantity,
        series.hardware,
        str(len(series.points)),
        sparkline(series.log_ratios),
        latest(series.points[-1]),
        _finding(finding),
    )


def _finding(finding: SeriesFinding) -> Text:
    style = "red" if finding.worse else "green" if finding.steps or finding.creep else "dim"
    sign = f"{worse(finding.series.quantity)}: " if finding.worse else ""
    return styled(sign + finding.text, style)


def sparkline(log_ratios: Sequence[float]) -> str:
    """Return the last ratios as a line of blocks, higher for slower."""
    values = log_ratios[-LONGEST:]
    middle = (max(values) + min(values)) / 2.0
    half = max(max(values) - min(values), CALM) / 2.0
    heights = ((value - middle + half) / (2.0 * half) for value in values)
    return "".join(BLOCKS[min(int(height * len(BLOCKS)), len(BLOCKS) - 1)] for height in heights)


def latest(point: Point) -> str:
    """Return the ratio of a point as a change, with its interval."""
    text = change(math.exp(point.log_ratio))
    if point.interval is None or not 0.0 < point.interval.low <= point.interval.high < math.inf:
        return text
    return f"{text} ({change(point.interval.low)} to {change(point.interval.high)})"


def to_json(found: Sequence[SeriesFinding]) -> list[dict[str, Any]]:
    """Return series with their points and findings as JSON values."""
    values: list[dict[str, Any]] = storable([_series(finding) for finding in found])
    return values


def _series(finding: SeriesFinding) -> dict[str, Any]:
    series = finding.series
    return {
        "case": series.case,
        "quantity": series.quantity,
        "hardware": series.hardware,
        "worse": finding.worse,
        "finding": finding.text,
        "steps": [asdict(step) for step in finding.steps],
        "creep": asdict(finding.creep) if finding.creep else None,
        "points": [asdict(point) for point in series.points],
    }
