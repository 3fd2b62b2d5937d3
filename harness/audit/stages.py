"""The stages of a cell, in the order in which two runs of it can first differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from harness.alone import is_time
from harness.types import Record, Series

FIRST = ("data", "initial_weights", "batch_order", "first_step")
"""Digests that a training leaves of what comes before its curve, in order."""
CURVE = "train_loss"
LOSSES = "losses"
_SHORT = 16

Arrays = Callable[[Record, str], str]
"""The digest of an array of a record, by its name; ``""`` where it cannot be read."""


@dataclass(frozen=True)
class Stage:
    """One stage, as two records have it.

    Attributes
    ----------
    name : str
        Such as ``"batch order"`` or ``"epoch 3"``.
    one, other : str
        What each has there: a digest, or a number with every digit.
    """

    name: str
    one: str
    other: str

    @property
    def same(self) -> bool:
        """Whether both have the same, bit for bit."""
        return self.one == self.other


def stages(one: Record, other: Record, *, timed: bool, arrays: Arrays) -> Iterator[Stage]:
    """Return the stages that both records tell something of; times are none.

    Parameters
    ----------
    one, other : Record
        Of cells that ended, whose inputs were to be the same.
    timed : bool
        Whether the cells time something: their curves and metrics are then times, as far as known.
    arrays : callable
        Reads an array as a digest.
    """
    yield from _data(one, other)
    yield from _digests(one, other, FIRST[1:])
    if "first_step" not in one.digests.keys() & other.digests.keys():
        yield from _number("first step", one, other, "initial_loss")
    yield from _curve(CURVE, one, other)
    yield from _digests(one, other, (LOSSES,))
    shared = [name for name in one.digests if name in other.digests]
    yield from _digests(one, other, [n for n in shared if n not in (*FIRST, LOSSES)])
    if not timed:
        yield from _results(one, other, arrays)
    yield Stage("how it ended", one.status, other.status)


def _results(one: Record, other: Record, arrays: Arrays) -> Iterator[Stage]:
    for name in one.series:
        if name != CURVE:
            yield from _curve(name, one, other)
    for name in one.arrays.keys() & other.arrays.keys():
        if (a := arrays(one, name)) and (b := arrays(other, name)):
            yield Stage(f"array {name}", a[:_SHORT], b[:_SHORT])
    for name in one.metrics:
        if not is_time(one, name):
            yield from _number(f"metric {name}", one, other, name)


def _data(one: Record, other: Record) -> Iterator[Stage]:
    """Compare what the experiments got, or else what was read for them."""
    if "data" in one.digests.keys() & other.digests.keys():
        yield from _digests(one, other, ("data",))
    elif one.data and other.data and one.data.fingerprint and other.data.fingerprint:
        a, b = one.data.fingerprint, other.data.fingerprint
        yield Stage("data", a[:_SHORT], b[:_SHORT])


def _digests(one: Record, other: Record, names: tuple[str, ...] | list[str]) -> Iterator[Stage]:
    for name in names:
        if name in one.digests and name in other.digests:
            # older records have more digits of some
            a, b = one.digests[name], other.digests[name]
            yield Stage(name.replace("_", " "), a[:_SHORT], b[:_SHORT])


def _number(stage: str, one: Record, other: Record, name: str) -> Iterator[Stage]:
    if name in one.metrics and name in other.metrics:
        yield Stage(stage, repr(one.metrics[name]), repr(other.metrics[name]))


def _curve(name: str, one: Record, other: Record) -> Iterator[Stage]:
    """Compare a curve point by point: an epoch or a step each, by where it begins."""
    if name not in one.series or name not in other.series:
        return
    points = zip_longest(_points(one.series[name]), _points(other.series[name]))
    unit = "step" if one.series[name].x[:1] == (0.0,) else "epoch"
    for a, b in points:
        x, _ = a or b or (0.0, 0.0)
        place = f"{unit} {x:g}" if name == CURVE else f"{name} at {x:g}"
        yield Stage(place, _shown(a), _shown(b))


def _points(series: Series) -> Iterator[tuple[float, float]]:
    return zip(series.x, series.y, strict=True)


def _shown(point: tuple[float, float] | None) -> str:
    return "no more" if point is None else repr(point[1])
