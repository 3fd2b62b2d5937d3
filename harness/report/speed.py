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
from harness.gate.selftest import judged
from harness.gate.selftest.judged import SelftestRow, SelftestView
from harness.gate.units import change, worse
from harness.numerals import DASH, count, measured, number
from harness.report.pictures import Ink, PageFigure
from harness.types import Interval
from harness.words import plural

POINT_COLUMNS = ("Commit", "Date", "Change", "Interval", "Level", "Pairs", "Verdict", "Subject")


@dataclass(frozen=True)
class Share:
    """How often one of the two raised an alarm: a share with its 95 % interval, in per cent.

    Attributes
    ----------
    who, text : str
        The gate or its rival; the share in words.
    low, value, high : float
        From 0 to 100.
    """

    who: str
    text: str
    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Planted:
    """One planted size, and what each of the two made of it."""

    name: str
    decisions: str
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class SelftestTable:
    """The self-test, as shares to draw and as a table of text."""

    sizes: tuple[Planted, ...]
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
    plates : tuple of PageFigure
        One per series.
    baselines : str
        What the plates are relative to.
    worse : int
        How many series are slower or larger than before.
    """

    selftest: SelftestTable | None
    plates: tuple[PageFigure, ...]
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
    sizes = tuple(_planted(row) for row in view.rows)
    return SelftestTable(
        sizes, judged.facts(view), judged.COLUMNS, judged.table_rows(view), view.note
    )


def _planted(row: SelftestRow) -> Planted:
    name = f"{number(row.planted, 'fraction')} slower" if row.planted else "Nothing planted"
    return Planted(
        name,
        plural(row.decisions, "decision"),
        (
            _share("gate", row.regressed, row.decisions, row.caught),
            _share("pytest-benchmark", row.rival_flagged, row.decisions, row.rival),
        ),
    )


def _share(who: str, part: int, whole: int, interval: Interval) -> Share:
    low, high = (min(100.0, max(0.0, 100.0 * end)) for end in (interval.low, interval.high))
    text = measured(part / whole, interval, "fraction")
    return Share(who, text, round(low, 1), round(100.0 * part / whole, 1), round(high, 1))


def _plate(index: int, finding: SeriesFinding, ink: Ink) -> PageFigure:
    from harness.figures.history import history_picture  # loads matplotlib

    series = finding.series
    svg = history_picture(series, finding, figures.LIGHT)
    text = f"{worse(series.quantity)}: {finding.text}" if finding.worse else finding.text
    title = series.case
    if series.quantity != "time":
        title += f", {QUANTITY_WORDS[series.quantity]}"
    return PageFigure(
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
