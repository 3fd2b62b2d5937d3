"""The last screen of a run: what came out, where the page is, what to do next."""

from __future__ import annotations

import os
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.cli import claims
from harness.cli.progress import duration
from harness.cli.sheet import wrapped
from harness.datasets import catalogue
from harness.datasets.dataset import Roots
from harness.numerals import count
from harness.outlets.outcome import measured_by
from harness.plan.expand import Plan
from harness.types import Status, Verdict
from harness.words import plain, plural

MOST, FEW = 10, 4
"""Verdicts and reasons that are named; the rest is counted."""
LONGEST = 130
"""Characters of a reason; the page has it whole."""


@dataclass(frozen=True)
class Ending:
    """What a run has to tell.

    Attributes
    ----------
    counts : mapping of str to int
        Records of the run by status.
    done : int
        Cells done before.
    skipped : mapping of str to int
        Why cases were skipped, and how many.
    verdicts : sequence of Verdict
        Of the suites of the run.
    missing : sequence of str
        Data sets that are not here and can be fetched.
    results : Path or None
        Where the records are; None where all numbers are those of files.
    page : Path or None
        Where the page is, when one was written.
    seconds : float
        How long it took.
    options : str
        Options that other commands need to find the records: ``"--results DIR"``.
    """

    counts: Mapping[Status, int]
    done: int
    skipped: Mapping[str, int]
    verdicts: Sequence[Verdict]
    missing: Sequence[str]
    results: Path | None
    page: Path | None
    seconds: float
    options: str = ""


def print_ending(console: Console, ending: Ending) -> None:
    """Print the last screen, some thirty lines on a wide terminal."""
    for line in _lines(ending):
        text = Text(plain(line))
        # A path or a command is there to be copied: the width of the terminal must not break it.
        whole = line.startswith(("The page: ", "  $ "))
        for part in [text] if whole else wrapped(text, console.width):
            console.print(part, soft_wrap=whole, crop=False)


def _lines(ending: Ending) -> Iterator[str]:
    yield f"{cells(ending.counts, ending.done)}, in {duration(ending.seconds)}"
    yield from _skipped(Counter(ending.skipped).most_common())
    yield f"{plural(len(ending.verdicts), 'claim')}: {claims.counts(ending.verdicts)}"
    yield from _noteworthy(ending)
    where = f"Records are in {ending.results}" if ending.results else "The numbers are in files"
    yield f"{where}. All claims, one by one:"
    yield f"  $ {program()} claims{ending.options}"
    yield from _next(ending)
    if ending.page is not None:
        yield f"The page: {ending.page.absolute()}"


def _skipped(reasons: Sequence[tuple[str, int]]) -> Iterator[str]:
    for reason, times in reasons[:FEW]:
        short = textwrap.shorten(reason, LONGEST, placeholder=" ...")
        yield f"  {plural(times, 'case')} skipped: {short}"
    if rest := reasons[FEW:]:
        yield f"  {plural(sum(n for _, n in rest), 'case')} skipped for other reasons"


def _noteworthy(ending: Ending) -> Iterator[str]:
    """Name the verdicts that moved, those contradicted, the unexpected first, those not judged.

    Where nothing was skipped and nothing failed, no other line says why a claim is not judged.
    """
    moved = [verdict for verdict in ending.verdicts if verdict.moved]
    against = [v for v in ending.verdicts if v.verdict == "contradicted" and not v.moved]
    against.sort(key=lambda verdict: verdict.expected == "contradicted")
    whole = not ending.skipped and not ending.missing and ending.counts.keys() <= {"ok", "diverged"}
    named = [*moved, *against, *(v for v in ending.verdicts if whole and v.verdict == "not-run")]
    for verdict in named[:MOST]:
        yield f"  {_verdict_line(verdict)}"
    if len(named) > MOST:
        yield f"  and {count(len(named) - MOST)} more: {program()} claims{ending.options}"


def _verdict_line(verdict: Verdict) -> str:
    name = f"{verdict.suite}/{verdict.claim}"
    moved = f"moved from {verdict.expected} to {verdict.verdict}"
    sign = moved if verdict.moved else verdict.verdict
    if verdict.verdict == "not-run":
        return f"{sign}: {name}: {verdict.reason}"
    published = f"published {verdict.published}; " if verdict.published else ""
    return f"{sign}: {name}: {published}measured {measured_by(verdict)}"


def cells(counts: Mapping[Status, int], done: int) -> str:
    """Return ``"412 ok, 6 skipped, 12 done before"``."""
    parts = [f"{count(n)} {status}" for status, n in sorted(counts.items())]
    parts += [f"{count(done)} done before"] if done else []
    return f"cells: {', '.join(parts)}" if parts else "nothing to do"


def _next(ending: Ending) -> Iterator[str]:
    if not ending.missing:
        return
    verb = "is" if len(ending.missing) == 1 else "are"
    yield (
        f"Not here {verb} {' and '.join(ending.missing)}: claims that need them are not judged. "
        "Next, get them, and run the same command again; what is done is not repeated."
    )
    for name in ending.missing:
        yield f"  $ {program()} data get {name}"


def program() -> str:
    """Return how the command is called from here: inside nox it lies in the session's folder."""
    called = Path(sys.argv[0])
    # Something else may have called: Python itself, or a test runner, whose name is no help.
    if not os.environ.get("NOX_CURRENT_SESSION") or called.stem != "harness":
        return "harness"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called)


def fetchable(plans: Iterable[Plan], roots: Roots, use: Mapping[str, str]) -> tuple[str, ...]:
    """Return the data sets of plans that are not here and that ``harness data get`` brings."""
    tables = (case.settings.data for plan in plans for case in plan.cases)
    named = dict.fromkeys(data.dataset for data in tables if data is not None)
    absent = {row.name for row in catalogue.listing(roots) if not row.present}
    wanted = (name for name in named if name in absent and name not in use)
    return tuple(name for name in wanted if catalogue.entry(name).get is not None)
