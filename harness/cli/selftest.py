"""``harness selftest``: how often the gate is right on this machine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import codes, gating, options
from harness.cli.console import Output
from harness.cli.sheet import Sheet
from harness.errors import NothingMeasured, UsageError
from harness.files import write_text
from harness.gate import selftest as tried
from harness.gate import units
from harness.gate.selftest import judged
from harness.gate.selftest.judged import SelftestView


def selftest(
    *,
    decisions: Annotated[
        int, typer.Option(min=0, help="Number of decisions on equal sides.")
    ] = 200,
    planted: Annotated[
        str, typer.Option(help="Slow-downs to try, and number of decisions on each.")
    ] = "1%:50,3%:50,5%:100,10%:50",
    budget: Annotated[str, typer.Option(help="Time that the run may take.")] = "2h",
    results: options.Results = options.LOCAL,
    force: Annotated[bool, typer.Option(help="Measure all again; stored runs are kept.")] = False,
    only_stored: Annotated[
        bool, typer.Option("--stored", help="Measure nothing: show what is stored.")
    ] = False,
    short: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Add the runs to this folder, as ratios of pairs."),
    ] = None,
    md: gating.Md = None,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Run the gate on equal sides and on planted slow-downs, and say how often it was right.

    A second call measures only what is missing; `harness report` shows the result.
    """
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    if only_stored:
        runs = tried.stored(results)
    else:
        asked = {0.0: decisions, **sizes(planted)}
        runs = _measured(asked, results, budget, output, force=force)
    found = tried.view(runs)
    if found is None:
        none_kept = f"{results}: must hold runs of the self-test, got none; leave out --stored"
        none_done = f"no run of the self-test came to its end within {budget}"
        raise NothingMeasured(none_kept if only_stored else none_done)
    if short is not None:
        tried.shorten(short, runs)
    if md is not None:
        write_text(md, judged.markdown(found), "write the self-test")
    output.json(as_json(found))
    output.out.print(selftest_table(found))
    output.out.print(found.note)
    raise typer.Exit(codes.OK)


def _measured(
    asked: Mapping[float, int], results: Path, budget: str, output: Output, *, force: bool
) -> list[tried.Run]:
    """Measure what is missing of this machine; return all that it has then."""
    runs = [] if force else tried.of_this_machine(tried.stored(results))
    deadline = time.monotonic() + units.seconds(budget)
    for size in tried.missing_runs(asked, runs):
        output.err.print(f"planting {size:.0%}")
        done = tried.measure(size, results, deadline, gating.Progress(output))
        if done is None:
            output.err.print(f"the budget of {budget} ended")
            break
        runs.append(done)
    return runs


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


def selftest_table(view: SelftestView) -> Sheet:
    """Return one row per planted size: how the gate decided, and how pytest-benchmark did."""
    right = range(len(judged.COLUMNS))
    return Sheet(judged.COLUMNS, judged.table_rows(view), judged.facts(view), right=right)


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
            "caught_95": [row.caught.low, row.caught.high],
            "compare_fail_mean_5_percent": row.rival_flagged,
            "compare_fail_95": [row.rival.low, row.rival.high],
        }
        for row in view.rows
    ]
    return {
        "schema": 1,
        "hardware": view.hardware,
        "commit": view.commit,
        "measured": view.measured,
        "pairs": view.pairs,
        "rows": rows,
    }
