"""Which cells a claim is about: matching, sides and tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.config.claim import Claim, Where, selects
from harness.types import Case, Scalar
from harness.words import plural

TRACK_AXES = ("backend", "device")


@dataclass(frozen=True)
class Track:
    """The cases of one judgement.

    Attributes
    ----------
    label : str
        ``"numpy/cpu"``; only what all the cases share, so ``""`` when they span backends and
        devices.
    sides : tuple of tuple of Case
        One side, or ``(better, than)``.
    """

    label: str
    sides: tuple[tuple[Case, ...], ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of all sides."""
        return tuple(case for side in self.sides for case in side)


def matches(case: Case, where: Mapping[str, Scalar]) -> bool:
    """Whether a case has all the axis values of `where`."""
    return selects(where, case.known_by)


def sides(claim: Claim) -> tuple[Where, ...]:
    """Return the selection of each side of a claim; that of ``compare`` overrides ``where``."""
    if claim.compare is None:
        return (claim.where,)
    return ({**claim.where, **claim.compare.better}, {**claim.where, **claim.compare.than})


@dataclass(frozen=True)
class _Side:
    """The cases that one selection finds, and the axes that it names itself."""

    cases: tuple[Case, ...]
    fixed: frozenset[str]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What each case has of the axes that are not named."""
        free = [None if axis in self.fixed else axis for axis in TRACK_AXES]
        return tuple(
            tuple(None if axis is None else str(case.known_by[axis]) for axis in free)
            for case in self.cases
        )

    def of(self, key: Key) -> tuple[Case, ...]:
        found = zip(self.cases, self.keys, strict=True)
        return tuple({case.id: case for case, own in found if _agree(own, key)}.values())


Key = tuple[str | None, ...]


def tracks(claim: Claim, cases: Sequence[Case]) -> tuple[Track, ...]:
    """Return the tracks of a claim, in the order of `cases`; none if a side selects nothing.

    A side that names the backend (or device), in ``where``, ``compare``, ``best`` or as the
    axis of a trend, is the same in every track; the other sides are split.
    """
    split = [_side(claim, where, cases) for where in sides(claim)]
    keys: list[Key] = [(None,) * len(TRACK_AXES)]
    for side in split:
        pairs = [(a, b) for a in keys for b in dict.fromkeys(side.keys)]
        keys = list(dict.fromkeys(_merged(a, b) for a, b in pairs if _agree(a, b)))
    return tuple(_track(tuple(side.of(key) for side in split)) for key in keys)


def _side(claim: Claim, where: Where, cases: Sequence[Case]) -> _Side:
    fixed = {*where, *(claim.expect.best or {}), claim.along or ""}
    return _Side(tuple(case for case in cases if matches(case, where)), frozenset(fixed))


def _agree(a: Key, b: Key) -> bool:
    return all(x is None or y is None or x == y for x, y in zip(a, b, strict=True))


def _merged(a: Key, b: Key) -> Key:
    return tuple(x or y for x, y in zip(a, b, strict=True))


def _track(split: tuple[tuple[Case, ...], ...]) -> Track:
    found = [case for side in split for case in side]
    names = ({case.backend for case in found}, {case.device for case in found})
    shared = (min(name) for name in names if len(name) == 1)
    return Track("/".join(name for name in shared if name), split)


def differing(cases: Sequence[Case]) -> list[str]:
    """Return the names of the axes in which the cases differ, sorted."""
    tables = [case.known_by for case in cases]
    names = sorted({name for table in tables for name in table})
    return [name for name in names if len({str(table.get(name)) for table in tables}) > 1]


def check_selection(claim: Claim, cases: Sequence[Case]) -> str | None:
    """Return why a claim cannot be judged on a full grid of cases, or None.

    Parameters
    ----------
    claim : Claim
        Already passed by `harness.claims.check.check_claim`.
    cases : sequence of Case
        Every case of the suite's full profile.
    """
    for where in sides(claim):
        if not any(matches(case, where) for case in cases):
            return f"where must select at least one cell, got none for {dict(where)}"
    found = tracks(claim, cases)
    if not found:
        return "better and than must share a backend and device, got none in common; name them"
    problems = (ambiguity(claim, side) for track in found for side in track.sides)
    return next((problem for problem in problems if problem), None)


def ambiguity(claim: Claim, side: Sequence[Case]) -> str | None:
    """Return why the cases of one side are too many (or no winner) for the claim, or None."""
    if claim.expect.best is not None:
        winners = [case for case in side if matches(case, claim.expect.best)]
        if len(winners) != 1 or len(side) < 2:
            return (
                f"best must single out one of at least two cases, got {len(winners)} of "
                f"{len(side)}; name more axes in best or fewer in where"
            )
        return None
    groups: dict[str, list[Case]] = {}
    for case in side:
        groups.setdefault(str(case.known_by.get(claim.along)) if claim.along else "", []).append(
            case
        )
    for group in groups.values():
        if len(group) > 1:
            return (
                f"where must single out one case, got {plural(len(group), 'case')} that differ in "
                f"{', '.join(differing(group)) or 'nothing that an axis shows'}; name it in where"
            )
    return None
