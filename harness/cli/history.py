"""``harness history``: what the gate measured against named baselines, over commits.

The history of a baseline is shown as a table or as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from harness.cli import codes, options
from harness.cli.console import Output, styled
from harness.cli.sheet import Entry, Sheet
from harness.errors import NothingMeasured, UsageError
from harness.gate.creep import SeriesFinding, survey
from harness.gate.history import Baseline, History, Point, Series, check_name, first_parent, series
from harness.gate.sides.revisions import find_repository, resolve
from harness.gate.units import change, worse
from harness.lines import storable
from harness.words import did_you_mean

HEADINGS = ("case", "quantity", "machine", "commits", "ratio", "latest", "found")
BLOCKS = "▁▂▃▄▅▆▇█"
LONGEST = 40
CALM = 0.02
"""Log-ratio range that fills a sparkline at least: noise must not look like a mountain."""


def history(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A baseline; all if none is named.", show_default=False
        ),
    ] = "",
    *,
    case: Annotated[
        str, typer.Option(metavar="GLOB", help="Only the cases that match, e.g. '*hinge*'.")
    ] = "",
    naming: Annotated[
        tuple[str, str] | None,
        typer.Option("--set", metavar="NAME REVISION", help="Name a revision as a baseline."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 3 when a case is slower or larger than it was.")
    ] = False,
    folder: options.HistoryDir = options.HISTORY,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Show the speed of commits against a fixed baseline; find steps and slow growth."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    history = open_history(folder, output)
    if naming is not None:
        if name:
            raise UsageError(f"--set takes a name and a revision, got {name!r} as well; leave it")
        _name(history, *naming, output)
        return
    found = _show(history, name, case, output)
    worse = [finding for finding in found if finding.worse]
    if check and worse:
        raise typer.Exit(codes.MOVED)


def open_history(folder: Path, output: Output) -> History:
    """Open a history and print what the reader should know of it."""
    history = History(folder)
    for note in history.notes:
        output.err.print(f"note: {note}")
    return history


def measured_series(history: History, wanted: Iterable[Baseline]) -> list[Series]:
    """Return the series of baselines, in the order of the commits of the current folder."""
    commits = first_parent(Path.cwd())
    return [one for baseline in wanted for one in series(history, baseline, commits)]


def _surveyed(history: History, wanted: Sequence[Baseline], case: str) -> tuple[SeriesFinding, ...]:
    """Return the findings in the cases that match, judged together.

    Raises
    ------
    NothingMeasured
        If there is no point, or none of a case that matches.
    """
    found = measured_series(history, wanted)
    matching = [one for one in found if not case or _matches(one, case)]
    if not matching:
        raise NothingMeasured(_nothing(history, wanted, found, case))
    return survey(matching)


def _matches(one: Series, case: str) -> bool:
    # the names of parametrized tests have brackets, which a pattern reads as a set of letters
    return one.case == case or fnmatchcase(one.case, case)


def _nothing(
    history: History, wanted: Sequence[Baseline], found: Sequence[Series], case: str
) -> str:
    if not wanted:
        return (
            f"{history.folder}: no baseline has a name yet; "
            "name one with `harness history --set NAME REVISION`"
        )
    names = ", ".join(baseline.name for baseline in wanted)
    if not found:
        return (
            f"{history.folder}: nothing was measured against {names}; "
            f"run `harness gate {wanted[0].name}` on a commit"
        )
    return f"no case of {names} matches {case!r}.{did_you_mean(case, {one.case for one in found})}"


def _show(history: History, name: str, case: str, output: Output) -> tuple[SeriesFinding, ...]:
    wanted = [history.baseline(name)] if name else list(history.baselines.values())
    found = _surveyed(history, wanted, case)
    owned = [(b, [one for one in found if one.series.baseline == b]) for b in wanted]
    listed = [{**asdict(b), "series": series_json(own)} for b, own in owned]
    output.json({"schema": 1, "baselines": listed})
    for baseline, own in owned:
        if own:
            output.out.print(history_table(baseline, own))
    worse = sum(finding.worse for finding in found)
    output.out.print(f"worse than before: {worse} of {len(found)}")
    return found


def _name(history: History, name: str, revision: str, output: Output) -> None:
    check_name(name)
    resolved = resolve(find_repository(Path.cwd()), revision)
    before = history.baselines.get(name)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    history.name(Baseline(name, resolved.commit, resolved.tree, now))
    moved = f", before it was {before.commit[:7]}" if before else ""
    text = f"{name} is {resolved.commit[:7]} ({resolved.subject}){moved}"
    output.out.print(text)


def history_table(baseline: Baseline, found: Sequence[SeriesFinding]) -> Sheet:
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


def series_json(found: Sequence[SeriesFinding]) -> list[dict[str, Any]]:
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
