"""``harness selftest``: how far the gate can be believed on this machine."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.table import Table

from harness.cli import codes, options
from harness.cli.console import Output
from harness.cli.gating import Progress, terminable
from harness.errors import NothingMeasured, UsageError
from harness.gate import selftest as tried
from harness.gate import units
from harness.gate.selftest.values import SelftestRow, SelftestView

SIZES = (0.0, 0.01, 0.03, 0.05, 0.10)


def selftest(
    *,
    decisions: Annotated[
        int, typer.Option(min=0, help="Decisions on equal sides to collect.")
    ] = 200,
    planted: Annotated[
        str, typer.Option(help="Slow-downs to plant, and decisions on each.")
    ] = "1%:50,3%:50,5%:100,10%:50",
    budget: Annotated[str, typer.Option(help="Time it may take.")] = "2h",
    results: options.Results = options.LOCAL,
    force: Annotated[bool, typer.Option(help="Begin anew, and keep what is there.")] = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Run the gate on equal sides and on planted slow-downs, and say how often it was right.

    What is stored counts: a second call measures what is missing, and `harness report` shows it.
    """
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    asked = {0.0: decisions, **sizes(planted)}
    runs = [] if force else tried.stored(results)
    deadline = time.monotonic() + units.seconds(budget)
    with terminable():
        for size in tried.wanted(asked, runs):
            output.err.print(f"planting {size:.0%}", highlight=False)
            done = tried.measure(size, results, deadline, Progress(output))
            if done is None:
                output.err.print(f"the budget of {budget} ended", highlight=False)
                break
            runs.append(done)
    found = tried.view(runs)
    if found is None:
        raise NothingMeasured(f"no run of the self-test came to its end within {budget}")
    output.out.print(selftest_table(found))
    output.out.print(found.note, markup=False, highlight=False)
    output.json(as_json(found))
    raise typer.Exit(codes.OK)


def sizes(text: str) -> dict[float, int]:
    """Return the decisions wanted by planted share; ``"5%:100,10%:50"``.

    Raises
    ------
    UsageError
        If it is not a list of shares with counts.
    """
    found = {}
    for part in filter(None, text.split(",")):
        share, _, count = part.partition(":")
        if not count.strip().isdecimal():
            raise UsageError(f"--planted must be like 5%:100,10%:50, got {text!r}")
        found[units.share(share)] = int(count)
    return found


def selftest_table(view: SelftestView) -> Table:
    """Return one row per planted size, what the gate made of it, and the rival beside it."""
    title = f"the gate on {view.hardware}, {view.measured}, {view.pairs} pairs"
    table = Table(title=title, title_justify="left")
    for heading in ("planted", "decisions", "regressed", "inconclusive", "ok", "improved"):
        table.add_column(heading, justify="right")
    table.add_column("regressed, 95 % interval", justify="right")
    table.add_column("compare-fail=mean:5% fails", justify="right")
    for row in view.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: SelftestRow) -> tuple[str, ...]:
    counts = (row.decisions, row.regressed, row.inconclusive + row.other, row.ok, row.improved)
    rival = f"{row.rival_flagged} ({row.rival.low:.1%} to {row.rival.high:.1%})"
    size = f"{row.planted:.0%}" if row.planted else "nothing"
    return (size, *map(str, counts), f"{row.caught.low:.1%} to {row.caught.high:.1%}", rival)


def as_json(view: SelftestView) -> dict[str, object]:
    """Return a view as JSON values."""
    rows = [
        {
            "planted": row.planted,
            "decisions": row.decisions,
            "regressed": row.regressed,
            "ok": row.ok,
            "improved": row.improved,
            "inconclusive": row.inconclusive,
            "other": row.other,
            "caught_95": [row.caught.low, row.caught.high],
            "compare_fail_mean_5_percent": row.rival_flagged,
            "compare_fail_95": [row.rival.low, row.rival.high],
        }
        for row in view.rows
    ]
    return {"schema": 1, "hardware": view.hardware, "measured": view.measured, "rows": rows}
