"""The self-test in words: one table for the terminal, for Markdown and for the page."""

from __future__ import annotations

from harness.gate.selftest.judged import SelftestRow, SelftestView
from harness.numerals import count, measured, number
from harness.types import Interval

COLUMNS = (
    "Planted slow-down",
    "Decisions",
    "Regressed",
    "Share regressed",
    "Inconclusive",
    "Ok",
    "Improved",
    "Failed by pytest-benchmark",
    "Share failed by it",
)
"""Shares stand with their 95 % Clopper-Pearson intervals; the rival is ``mean:5%``."""


def facts(view: SelftestView) -> str:
    """Return where and when it was measured, and on how much."""
    return (
        f"{view.hardware}, commit {view.commit[:7]}, {view.measured[:10]}, "
        f"{count(view.pairs)} pairs"
    )


def rows(view: SelftestView) -> tuple[tuple[str, ...], ...]:
    """Return one row per planted size, at the digits that its intervals earn."""
    return tuple(_row(row) for row in view.rows)


def markdown(view: SelftestView) -> str:
    """Return the table in Markdown, with what it rests on."""
    lines = [COLUMNS, ["---", *["---:"] * (len(COLUMNS) - 1)], *rows(view)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{facts(view)}. Shares with 95 % Clopper-Pearson intervals. {view.note}\n"


def _row(row: SelftestRow) -> tuple[str, ...]:
    planted = number(row.planted, "fraction") if row.planted else "none (A against A)"
    return (
        planted,
        count(row.decisions),
        count(row.regressed),
        _share(row.regressed, row.decisions, row.caught),
        count(row.inconclusive),
        count(row.ok),
        count(row.improved),
        count(row.rival_flagged),
        _share(row.rival_flagged, row.decisions, row.rival),
    )


def _share(part: int, whole: int, interval: Interval) -> str:
    return measured(part / whole, interval, "fraction")
