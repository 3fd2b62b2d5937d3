"""What the page shows of the gate, as finished text: its self-test, and speed over commits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness import figures
from harness.gate.creep import SeriesFinding
from harness.gate.history import Point
from harness.gate.render.text import QUANTITY_WORDS
from harness.gate.selftest import words
from harness.gate.selftest.judged import SelftestView
from harness.gate.wording import change, worse
from harness.numerals import DASH, count, number
from harness.report.ink import Ink
from harness.report.pictures import Plate
from harness.words import plural

POINT_COLUMNS = ("Commit", "Date", "Change", "Interval", "Level", "Pairs", "Verdict", "Subject")


@dataclass(frozen=True)
class SelftestTable:
    """The self-test as a table of text."""

    facts: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class Gate:
    """What the page shows of the gate.

    Attributes
    ----------
    selftest : SelftestTable or None
        None when there was none.
    plates : tuple of Plate
        One per series.
    baselines : str
        What the plates are relative to.
    worse : int
        How many series are slower or larger than before.
    """

    selftest: SelftestTable | None
    plates: tuple[Plate, ...]
    baselines: str
    worse: int


def gate(history: Sequence[SeriesFinding], selftest: SelftestView | None, ink: Ink) -> Gate:
    """Return the gate's part of the page; its drawings in the ink of the page."""
    found = dict.fromkeys(finding.series.baseline for finding in history)
    named = ", ".join(f"{b.name} is {b.commit[:7]}" for b in found)
    return Gate(
        selftest=_selftest(selftest) if selftest else None,
        plates=tuple(_plate(index, finding, ink) for index, finding in enumerate(history)),
        baselines=f"{plural(len(found), 'baseline')}: {named}",
        worse=sum(finding.worse for finding in history),
    )


def _selftest(view: SelftestView) -> SelftestTable:
    return SelftestTable(words.facts(view), words.COLUMNS, words.rows(view), view.note)


def _plate(index: int, finding: SeriesFinding, ink: Ink) -> Plate:
    from harness.figures.history import history_picture  # loads matplotlib and seaborn: seconds

    series = finding.series
    svg = history_picture(series, finding, figures.LIGHT)
    text = f"{worse(series.quantity)}: {finding.text}" if finding.worse else finding.text
    title = series.case
    if series.quantity != "time":
        title += f", {QUANTITY_WORDS[series.quantity]}"
    return Plate(
        anchor=f"speed-{index}",
        title=title,
        caption=f"{text[:1].upper()}{text[1:]}.",
        svg=Markup(ink.inline(svg)),  # noqa: S704 its text was escaped when it was written
        metric=series.quantity,
        alt=_alt(title, finding),
        note=series.hardware,
        numbers=figures.Numbers(POINT_COLUMNS, tuple(_row(point) for point in series.points)),
        stand_in=(),
    )


def _alt(title: str, finding: SeriesFinding) -> str:
    points = finding.series.points
    first, last = (change(math.exp(point.log_ratio)) for point in (points[0], points[-1]))
    return (
        f"{title} against {finding.series.baseline.name} over {plural(len(points), 'commit')}, "
        f"from {first} to {last}: {finding.text}."
    )


def _row(point: Point) -> tuple[str, ...]:
    ends, level = DASH, DASH
    if point.interval:
        low, high = point.interval.low, point.interval.high
        bounded = 0.0 < low <= high < math.inf
        ends = f"{change(low)} to {change(high)}" if bounded else "unbounded"
        level = number(point.interval.level, "fraction")
    return (
        point.commit[:7],
        point.committed[:10],
        change(math.exp(point.log_ratio)),
        ends,
        level,
        count(point.pairs),
        point.verdict,
        point.subject,
    )
