"""The history of a baseline for the terminal and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from harness.cli.console import styled
from harness.gate.creep import SeriesFinding
from harness.gate.history import Baseline, Point
from harness.gate.wording import change, worse
from harness.store.codec import storable

BLOCKS = "▁▂▃▄▅▆▇█"
LONGEST = 40
CALM = 0.02
"""Log-ratio range that fills a sparkline at least: noise must not look like a mountain."""


def table(baseline: Baseline, found: Sequence[SeriesFinding]) -> Table:
    """Return one row per series."""
    title = f"{baseline.name} is {baseline.commit[:7]}, named {baseline.named[:10]}"
    shown = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    machines = len({finding.series.hardware for finding in found}) > 1
    shown.add_column("case", ratio=3, overflow="fold")
    for heading in ("quantity", *(["machine"] if machines else []), "commits", "ratio"):
        shown.add_column(heading)
    shown.add_column("latest", ratio=2)
    shown.add_column("found", ratio=4, overflow="fold")
    for finding in found:
        series = finding.series
        machine = [series.hardware] if machines else []
        count = str(len(series.points))
        line = sparkline(series.log_ratios)
        last = latest(series.points[-1])
        shown.add_row(series.case, series.quantity, *machine, count, line, last, _said(finding))
    return shown


def _said(finding: SeriesFinding) -> Text:
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
