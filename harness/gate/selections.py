"""Two selections of one suite: what either measures, so that every case has its counterpart.

A suite need not list the pairs itself: grids are written for claims, and one may time a kernel in
torch alone. What two sides have in common is a case with the axes of one side exchanged for those
of the other, as long as it can exist there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from harness import backends
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments.registry import SuiteExperiments
from harness.plan.cases import Maker
from harness.suite.schema import Grid, Suite
from harness.types import Scalar
from harness.words import unknown

Where = Mapping[str, str]
_KNOWN: Mapping[str, Sequence[str]] = {"backend": backends.names(), "device": DEVICES.names()}


def moved(suite: Suite, own: Where, other: Where) -> Suite:
    """Return a suite whose grids, where they have a value of either side, have that of `own`."""
    maker = Maker(suite, SuiteExperiments(suite.home))
    return suite.model_copy(
        update={"grid": tuple(_moved(maker, grid, own, other) for grid in suite.grid)}
    )


def _moved(maker: Maker, grid: Grid, own: Where, other: Where) -> Grid:
    axes = dict(grid.axes)
    for axis, text in own.items():
        known = _values(maker, axis)
        here = {str(name) for name in _labelled(maker, axis, grid.axes.get(axis))}
        if text not in known or not here & {text, other.get(axis, text)}:
            return grid.model_copy(update={"profiles": ()})
        axes[axis] = [known[text]]
    return grid.model_copy(update={"axes": axes})


def resolved(suite: Suite, where: Where) -> Where:
    """Return a selection in the words of a suite: ``biases=true`` is its value ``True``.

    Raises
    ------
    UsageError
        If not; says the nearest.
    """
    maker = Maker(suite, SuiteExperiments(suite.home))
    found: dict[str, str] = {}
    for axis, text in where.items():
        if axis not in maker.axes.names:
            raise UsageError(f"{suite.id}: {unknown('axis', axis, maker.axes.names)}")
        known = _values(maker, axis)
        meant = next((name for name in known if _means(text, name)), None)
        if meant is None:
            raise UsageError(f"{suite.id}: {unknown(f'{axis} of the suite', text, known)}")
        found[axis] = meant
    return found


def _means(text: str, name: str) -> bool:
    """Whether what was typed is a value's name, or the same value as TOML writes it."""
    return text == name or _scalar(text) == _scalar(name)


def _scalar(text: str) -> object:
    """Return the kind and value of a scalar in TOML's or Python's words; the text if it is none."""
    if "\n" in text:
        return text
    try:
        value = tomllib.loads(f"value = {text.lower() if text in ('True', 'False') else text}")
    except tomllib.TOMLDecodeError:
        return text
    found = value["value"]
    return ("number", found) if type(found) in (int, float) else found


def _values(maker: Maker, axis: str) -> dict[str, object]:
    """Return every value that an axis may be given, by what it is called."""
    found: dict[str, object] = {name: name for name in _KNOWN.get(axis, ())}
    for values in (None, *(grid.axes.get(axis) for grid in maker.suite.grid)):
        named = _labelled(maker, axis, values)
        found |= {str(name): value for name, value in named.items()}
    return found


def _labelled(maker: Maker, axis: str, values: Sequence[object] | None) -> dict[Scalar, object]:
    """Return the values of an axis in a grid, or what the suite has instead, by their labels."""
    there = [maker.default(axis)] if values is None else values
    return {maker.axes.label(axis, value): value for value in there}
