"""What a figure kind gets and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.config.claim import Figure
from harness.config.kinds import Kind, kind_of
from harness.errors import NothingMeasured
from harness.figures.estimate import Estimate, of_metric
from harness.figures.frame import Frame
from harness.figures.labels import Words, axis_title, title, unit_of
from harness.figures.theme import Theme
from harness.suite.schema import Suite
from harness.types import Archive, Array, Record

if TYPE_CHECKING:  # the names of the kinds are known without loading matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet


Kinds = Mapping[str, Mapping[str, Kind]]
NO_KINDS: Kinds = {}


@dataclass(frozen=True)
class Numbers:
    """The plotted numbers as a small table of finished text.

    Attributes
    ----------
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        One text per column.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Place:
    """The axes of a picture, as `harness.figures.frame.frame_of` takes them."""

    axes: Axes
    metric: str = "y"
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """What a kind returns.

    Attributes
    ----------
    sheet : matplotlib.figure.Figure
        The picture, not yet written.
    alt : str
        The picture in words, with its key numbers.
    numbers : Numbers
        What was plotted.
    note : str
        What the reader must know to read it, such as which of several records it shows.
    place : Place or None
        The axes that numbers of the metric lie in; None where there are none, or several.
    """

    sheet: Sheet
    alt: str
    numbers: Numbers
    note: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Picture:
    """A figure ready for a page.

    Attributes
    ----------
    svg : str
        The picture; ``""`` when there is nothing to draw, and then `alt` says why.
    alt : str
        The picture in words.
    numbers : Numbers
        What was plotted, with the number of values behind each number.
    note : str
        What the reader must know to read it.
    stand_in : tuple of str
        Data sets that stood in for the ones the suite names.
    frame : Frame or None
        Where numbers of its metric lie on it.
    """

    svg: str
    alt: str
    numbers: Numbers = Numbers()
    note: str = ""
    stand_in: tuple[str, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True)
class Request:
    """What a kind draws from.

    Attributes
    ----------
    figure : Figure
        The suite's table.
    suite : Suite
        Where it stands.
    records : tuple of Record
        Those that match the figure and were measured (``ok`` or ``diverged``), at least one.
    archive : Archive
        For arrays and environments.
    theme : Theme
        Light or dark.
    kinds : mapping of str to mapping
        Case to what kind of number each of its metrics is.
    """

    figure: Figure
    suite: Suite
    records: tuple[Record, ...]
    archive: Archive
    theme: Theme
    kinds: Kinds = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """What the suite calls axes and metrics."""
        return self.suite.labels

    def title(self, name: str) -> str:
        """Return what an axis or metric is called in a sentence."""
        return title(name, self.words)

    def axis_title(self, name: str, unit: str = "") -> str:
        """Return what an axis or metric is called beside its axis."""
        return axis_title(name, unit, self.words)

    @property
    def unit(self) -> str:
        """The unit of what ``y`` names."""
        return self.unit_of(self.figure.y)

    def unit_of(self, name: str) -> str:
        """Return the unit of a metric: that of its name, else the one claims about it have."""
        said = (
            claim.unit
            for claim in self.suite.claims
            if claim.metric == name and claim.unit and claim.compare is None
        )
        return unit_of(name) or next(said, "")

    def kind(self, record: Record, name: str) -> Kind:
        """Return what kind of number a metric of a record is."""
        binary = name == "diverged"
        return "binary" if binary else kind_of(name, self.kinds.get(record.case, {}))

    def estimate(self, records: Sequence[Record], name: str) -> Estimate:
        """Return the estimate of a metric over the records of one case.

        Raises
        ------
        NothingMeasured
            If no record holds the name.
        """
        return of_metric(records, name, self.archive, self.kind(records[0], name))

    def having(self, *names: str) -> tuple[Record, ...]:
        """Return the records that kept every array of `names`.

        Raises
        ------
        NothingMeasured
            If there is none.
        """
        found = tuple(r for r in self.records if all(name in r.arrays for name in names))
        if not found:
            raise NothingMeasured(
                f"no matching record kept the {_list(names)}; "
                "ask for it in the suite and run the cells again"
            )
        return found

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array."""
        return self.archive.array(record, name)


Painter = Callable[[Request], Drawing]


def _list(names: Sequence[str]) -> str:
    quoted = [f"{name!r}" for name in names]
    noun = "array" if len(quoted) == 1 else "arrays"
    return f"{noun} {', '.join(quoted)}"
