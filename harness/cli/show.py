"""Tables and progress for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple

from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from harness.cli.console import Output
from harness.cli.failures import Failures
from harness.cli.parts import Part
from harness.execute.run import Progress as Step
from harness.numerals import measured
from harness.plan.expand import Plan
from harness.report.ledger import unit_shown
from harness.suite.schema import Suite
from harness.types import VERDICTS, Record, Verdict
from harness.words import plural

STYLES = {
    "reproduced": "green",
    "contradicted": "red",
    "inconclusive": "yellow",
    "not-comparable": "blue",
    "not-run": "dim",
}


def suites_table(rows: Sequence[tuple[Suite, Plan, Plan]]) -> Table:
    """Return the table of ``harness list``."""
    table = Table("suite", "title", "source", "cells quick", "cells full", "claims")
    for suite, quick, full in rows:
        source = f"{suite.source.key} {suite.source.section}"
        cells = [str(len(plan.cells())) for plan in (quick, full)]
        table.add_row(suite.id, suite.title, source, *cells, str(len(suite.claims)))
    return table


def parts_table(found: Sequence[Part]) -> Table:
    """Return the table of ``harness list --parts``."""
    table = Table("kind", "name", "what it does", "settings", "names")
    for part in found:
        table.add_row(*astuple(part))
    return table


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """Return the ledger, one row a claim."""
    table = Table(box=SIMPLE_HEAD, title=counts(verdicts), title_justify="left")
    for heading, ratio in (("claim", 3), ("published", 2), ("measured", 2), ("verdict", 1)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    table.add_column("why", ratio=5)
    for verdict in verdicts:
        style = STYLES[verdict.verdict]
        name = Text.assemble((verdict.verdict, style), " (moved)" if verdict.moved else "")
        table.add_row(
            f"{verdict.suite}/{verdict.claim}",
            verdict.published,
            _measured(verdict),
            name,
            _why(verdict),
        )
    return table


def _why(verdict: Verdict) -> str:
    """Return the reason of the finding to quote; of all tracks when they do not agree with it."""
    first = verdict.findings[0] if verdict.findings else None
    same = first is not None and first.verdict == verdict.verdict != "not-run"
    return first.reason if first and same else verdict.reason


def _measured(verdict: Verdict) -> str:
    if not verdict.findings or verdict.findings[0].measured is None:
        return "-"
    first = verdict.findings[0]
    text = measured(first.measured, first.interval, unit_shown(verdict))
    return f"{text} (n = {first.n})" + (f" on {first.data}" if first.data else "")


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return ``"12 reproduced, 3 contradicted, ..."``."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{found[name]} {name}" for name in VERDICTS if found[name]) or "no claims"


@contextmanager
def progress(output: Output, title: str, total: int, failures: Failures) -> Iterator[Step]:
    """Show progress: a bar on a terminal, a line per tenth of the work elsewhere."""
    if output.err.is_terminal:
        with _bar(output, title, total, failures) as step:
            yield step
    else:
        yield _lines(output, title, total, failures)


@contextmanager
def _bar(output: Output, title: str, total: int, failures: Failures) -> Iterator[Step]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=output.err) as bar:
        task = bar.add_task(title, total=total)

        def step(record: Record) -> None:
            bar.advance(task)
            failures.see(record)

        yield step


def _lines(output: Output, title: str, total: int, failures: Failures) -> Step:
    done = Counter[str]()

    def step(record: Record) -> None:
        done["cells"] += 1
        failures.see(record)
        if (
            done["cells"] == total
            or done["cells"] * 10 // total > (done["cells"] - 1) * 10 // total
        ):
            output.err.print(f"{title}: {done['cells']} of {plural(total, 'cell')}")

    return step
