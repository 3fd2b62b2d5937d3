"""Whether the values of a metric are what its declared kind says: a wrong kind decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.claims.undecided import Undecided
from harness.claims.values import Floats, Values
from harness.config.kinds import Kind, loosest
from harness.numerals import number

DECLARED = {"binary": "0 or 1", "share": "a share, between 0 and 1"}


def fitting(values: Values, metric: str) -> Values:
    """Return the values if their kind can be theirs.

    Infinite ones are let through: they stand for runs that diverged.

    Raises
    ------
    Undecided
        If a metric declared as 0 or 1, or as a share, has other values.
    """
    wrong = _wrong(values.values[np.isfinite(values.values)], values.kind)
    if wrong.size:
        raise Undecided(
            f"{metric!r} is declared as {DECLARED[values.kind]}, got {number(float(wrong[0]))}; "
            "correct its kind in [kinds]",
            n=values.values.size,
            over=values.over,
        )
    return values


def kind_of_all(sides: Sequence[Values], metric: str) -> Kind:
    """Return the kind by which sides are judged together: the one that assumes least.

    Raises
    ------
    Undecided
        If the values of a side cannot be of that kind.
    """
    kind = loosest(*(side.kind for side in sides))
    for side in sides:
        fitting(replace(side, kind=kind), metric)
    return kind


def _wrong(values: Floats, kind: Kind) -> Floats:
    if kind == "binary":
        return values[~np.isin(values, (0.0, 1.0))]
    if kind == "share":
        return values[(values < 0.0) | (values > 1.0)]
    return values[:0]
