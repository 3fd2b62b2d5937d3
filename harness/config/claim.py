"""The ``[[claims]]``, ``[[quotes]]`` and ``[[figures]]`` tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from harness.config.table import Id, Table

Scalar = str | int | float | bool
Where = dict[str, Scalar]


def same(left: Scalar, right: Scalar) -> bool:
    """Whether two axis values are equal, nan and nan, a list of one width and that width too."""
    if type(left) is type(right):
        return left == right or (left != left and right != right)
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    return left == right or str(left) == str(right)


def selects(where: Mapping[str, Scalar], axes: Mapping[str, Scalar]) -> bool:
    """Whether axes have every value of a selection; the one rule for claims, figures, checks.

    A user's function is selected by its place or by its own name.
    """
    for name, value in where.items():  # a loop: this is asked for every case of every claim
        if name not in axes:
            return False
        there = axes[name]
        if not same(there, value) and (name != "experiment" or function_name(there) != value):
            return False
    return True


def function_name(experiment: Scalar) -> str:
    """Return the own name of a user's function: of ``"bench/forest.py:accuracy"`` the last."""
    return str(experiment).replace(":", ".").rpartition(".")[2]


class Source(Table):
    """Where a sentence stands: the key of a document, and a section or question of it."""

    key: Id
    section: str

    def words(self, name: str) -> str:
        """Return the place in words, under the name that the document is cited by."""
        return f"{name} section {self.section}" if self.section else name


class Compare(Table):
    """Two selections of cells, paired by seed (or by example).

    ``better`` against ``than`` for claims of order; the difference and the ratio are
    ``better - than`` and ``better / than``.
    """

    better: Where
    than: Where


class Expect(Table):
    """What the sentence says the measurement is; the keys given choose the rule.

    ``value`` +- ``tolerance``: mean over seeds. ``exactly``: deterministic. ``low``/``high``:
    a range, either end may be open. ``difference`` or ``ratio`` (needs ``compare``,
    but for ``speedup``, which is one): +- ``tolerance`` (of the ratio: relative). ``at_least`` /
    ``at_most``: one-sided range of the mean, or of the ratio when ``compare`` and
    ``of = "ratio"``, of the difference when ``of = "difference"``. ``frequency_low``/
    ``frequency_high``: how often, 0-1. ``slope_low``/``slope_high`` with ``along``: a trend.
    ``best``: the winner of a grid.
    No key and a ``compare``: A is better than B.
    """

    value: float | None = None
    exactly: float | None = None
    low: float | None = None
    high: float | None = None
    difference: float | None = None
    ratio: float | None = None
    tolerance: float | None = Field(default=None, ge=0.0)
    at_least: float | None = None
    at_most: float | None = None
    of: Literal["mean", "difference", "ratio"] = "mean"
    frequency_low: float | None = None
    frequency_high: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    best: Where | None = None


class Reading(Table):
    """What a sentence is taken to say of a measurement, and what would make that true.

    Attributes
    ----------
    id
        Its name within the suite; a claim without one is called as its metric.
    published
        The quoted number as printed, for the ledger, e.g. ``"97.92 %"``.
    metric, at
        Name of a metric, or of a series together with the `at` of its x; without it the one that
        `harness.config.experiments` says.
    over
        ``seeds``, or ``examples``: the metric is then an array with one value per test example.
    where
        Axis values the cells must have.
    along, scale
        For trends: the axis, and whether it is taken as its natural logarithm; with
        ``scale = "loglog"`` the metric too.
    goal
        Whether larger or smaller is better, for `compare` and `best`.
    hardware
        Hardware class of the published number when it matters; elsewhere the verdict is
        ``not-comparable``. Empty when the statement holds for any machine.
    expected, because
        The verdict this claim is known to get, and why in one sentence.
    reading, why
        ``literal``: what the sentence says, with its own numbers, in the setting it speaks of.
        ``extension``: ours, be it a bound, an operationalisation, another setting or the general
        case; `why` says in a sentence what is ours, or where a bound not in the quote comes from.
    highlight
        Whether it is among the few that a report shows first.
    """

    id: Id = ""
    published: str = ""
    metric: str = ""
    at: float | None = None
    over: Literal["seeds", "examples"] = "seeds"
    where: Where = {}
    compare: Compare | None = None
    along: str | None = None
    scale: Literal["linear", "log", "loglog"] = "linear"
    goal: Literal["larger", "smaller"] = "larger"
    expect: Expect = Expect()
    unit: Literal["", "fraction", "seconds", "bytes", "ratio"] = ""
    hardware: str = ""
    expected: Literal["", "reproduced", "contradicted", "inconclusive"] = ""
    because: str = ""
    reading: Literal["literal", "extension"] = "literal"
    why: str = ""
    highlight: bool = False


class Claim(Reading):
    """A verbatim sentence in one of its readings, as every later stage has it.

    Attributes
    ----------
    quote
        Verbatim; ``...`` marks an omission.
    source
        Where it stands; None for a sentence of no document.
    place
        The key of its table in the suite file: ``("quotes", 2, "claims", 0)``.
    """

    id: Id
    quote: str
    source: Source | None = None
    place: tuple[str | int, ...] = ()


class SentencePlace(Table):
    """Where a sentence stands: in a section of the suite's document, or in another source."""

    section: str = ""
    source: Source | None = None


class ReadingTable(Reading, SentencePlace):
    """A ``[[quotes.claims]]`` table."""


class ClaimTable(ReadingTable):
    """A ``[[claims]]`` table: a sentence with one reading."""

    quote: str


class QuoteTable(SentencePlace):
    """A ``[[quotes]]`` table: a sentence, once, and its readings."""

    text: str
    claims: tuple[ReadingTable, ...] = Field(min_length=1)


class Theory(Table):
    """A number that does not come from runs, drawn as a line: one of `x` and `y`.

    Attributes
    ----------
    x, y
        Where, on which axis: a number, or the name of a metric that the records hold, such as
        ``stability_limit``.
    label
        What it is, in words.
    """

    x: float | str | None = None
    y: float | str | None = None
    label: str = Field(min_length=1)


class Figure(Table):
    """A picture drawn from records.

    Attributes
    ----------
    kind
        Name in the figure registry: ``curve``, ``line``, ``heatmap``, ``images``,
        ``confusion``, ``paired``, ``bars``, ``neighbors``, ``fits``.
    x, y, hue
        Series or metric on the y axis; axis (or series x) on the x axis; axis for colour.
    where
        Axis values the records must have.
    log
        Axes drawn logarithmically.
    compare
        For ``paired``: the two selections.
    theory
        Lines at numbers that do not come from runs.
    """

    id: Id
    kind: str
    title: str
    caption: str = ""
    x: str = ""
    y: str = ""
    hue: str = ""
    where: Where = {}
    log: tuple[Literal["x", "y"], ...] = ()
    compare: Compare | None = None
    theory: tuple[Theory, ...] = ()
    profiles: tuple[Literal["quick", "full"], ...] = ("quick", "full")
