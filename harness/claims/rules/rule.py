"""What a rule of judgement is, and what it sees: values that are of their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from harness.claims.select import Track, ambiguity
from harness.claims.text import Undecided
from harness.claims.values import Floats, Values, read
from harness.config.claim import Claim
from harness.config.kinds import Kind, loosest
from harness.numerals import number
from harness.types import Archive, Case, Finding, Record

DECLARED = {"binary": "0 or 1", "share": "a share, between 0 and 1"}
ALPHA = 0.05
"""The chance of a false verdict, of either sort, at the edge of a claim."""


def fitting(values: Values, metric: str) -> Values:
    """Return the values if their kind can be theirs.

    Infinite ones are let through: they stand for runs that diverged.

    Raises
    ------
    Undecided
        If a metric declared as 0 or 1, or as a share, has other values.
    """
    wrong = _wrong(values.values, values.kind)
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
        if side.kind != kind:  # of its own it is already
            fitting(replace(side, kind=kind), metric)
    return kind


def _wrong(values: Floats, kind: Kind) -> Floats:
    if kind not in DECLARED:
        return values[:0]
    finite = values[np.isfinite(values)]
    if kind == "binary":
        return finite[~np.isin(finite, (0.0, 1.0))]
    return finite[(finite < 0.0) | (finite > 1.0)]


@dataclass(frozen=True)
class Evidence:
    """One claim on one track in one environment.

    Attributes
    ----------
    claim : Claim
        What is judged.
    track : Track
        Its cases.
    records : mapping of str to sequence of Record
        Case id to its records, any status.
    archive : Archive
        For the arrays.
    alpha : float
        The chance of a false verdict that may be taken.
    """

    claim: Claim
    track: Track
    records: Mapping[str, Sequence[Record]]
    archive: Archive
    alpha: float = ALPHA

    def values(self, case: Case, nan_as: float | None = None) -> Values:
        """Return the claim's values on one case."""
        records, kind = self.records.get(case.id, ()), case.kind(self.claim.metric)
        values = read(self.claim, records, self.archive, nan_as, kind)
        return fitting(values, self.claim.metric)

    def side(self, index: int = 0, nan_as: float | None = None) -> Values:
        """Return the values of a side that must be a single case."""
        cases = self.track.sides[index]
        problem = ambiguity(self.claim, cases)
        if problem:
            raise Undecided(problem)
        return self.values(cases[0], nan_as)


def _nothing(_: Claim) -> None:
    return None


@dataclass(frozen=True)
class Rule:
    """An entry of the table of rules.

    Attributes
    ----------
    name : str
        As verdicts have it.
    keys : tuple of str
        The keys of ``expect`` any of which chooses it; none where ``compare`` alone does.
    judge : callable
        ``judge(evidence) -> Finding``.
    paired : bool
        Whether it compares two selections, so that ``compare`` must be given.
    tolerant : {"no", "may", "must"}
        Whether ``expect.tolerance`` stands beside its keys.
    along : bool
        Whether it runs over an axis, so that ``along`` must be given.
    complaint : callable
        ``complaint(claim)`` returns what else is wrong with the keys of a claim, or None.
    """

    name: str
    keys: tuple[str, ...]
    judge: Callable[[Evidence], Finding]
    paired: bool = False
    tolerant: Literal["no", "may", "must"] = "no"
    along: bool = False
    complaint: Callable[[Claim], str | None] = _nothing

    def given(self, claim: Claim) -> list[str]:
        """Return those of its keys that a claim has."""
        return [key for key in self.keys if getattr(claim.expect, key) is not None]


def disordered(low: float | None, high: float | None, names: tuple[str, str]) -> str | None:
    """Return that the lower of two ends lies above the upper, or None."""
    if low is None or high is None or low <= high:
        return None
    return f"{names[0]} must not exceed {names[1]}, got {low} and {high}"
