"""The records of two machines, compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.audit.again import UNKNOWN
from harness.audit.findings import Finding, compared
from harness.audit.spreads import Spread, spreads
from harness.audit.stages import Arrays
from harness.claims.values import DONE
from harness.errors import UsageError
from harness.types import Archive, Case, Environment, Record

Key = tuple[object, ...]


@dataclass(frozen=True)
class Machines:
    """What two machines have in common.

    Attributes
    ----------
    findings : tuple of Finding
        Of each cell that both measured.
    spreads : tuple of Spread
        Of each metric, over their seeds.
    """

    findings: tuple[Finding, ...]
    spreads: tuple[Spread, ...]


def records_on(archive: Archive, name: str, suites: Iterable[str]) -> list[Record]:
    """Return the records of a machine.

    Parameters
    ----------
    archive : Archive
        Of several machines.
    name : str
        Any part of what a snapshot says of the hardware, such as ``"H100"`` or ``"2 cores"``, or
        the beginning of an environment class.
    suites : iterable of str
        Whose records.

    Raises
    ------
    UsageError
        If no snapshot says so; names those there are.
    """
    there = {
        key for key, snapshot in archive.environments.items()
        if name.lower() in snapshot.hardware.lower() or snapshot.klass.startswith(name)
    }  # fmt: skip
    if not there:
        known = dict.fromkeys(f"{e.hardware} ({e.klass})" for e in archive.environments.values())
        raise UsageError(
            f"a machine must be part of what records say of their hardware, got {name!r}; "
            f"there are {'; '.join(known)}"
        )
    return [r for suite in suites for r in archive.of(suite) if r.environment in there]


def check_two(
    names: tuple[str, str], first: Sequence[Record], second: Sequence[Record], archive: Archive
) -> None:
    """Refuse two names that are of one machine: it equals itself, whatever it measures.

    Raises
    ------
    UsageError
        If records are of both; names what they were measured on.
    """
    both = {r.environment for r in first} & {r.environment for r in second}
    if both:
        shared = dict.fromkeys(
            f"{e.hardware} ({e.klass})" for e in archive.environments.values() if e.id in both
        )
        raise UsageError(
            f"--between must name two machines, got {names[0]!r} and {names[1]!r}, which both "
            f"mean {'; '.join(shared)}; name a part of the hardware that only one has"
        )


def between(
    first: Sequence[Record],
    second: Sequence[Record],
    cases: Iterable[Case],
    environments: Mapping[str, Environment],
    arrays: Arrays,
) -> Machines:
    """Compare the records of two machines, seed by seed.

    A case is compared with the same on the other machine; where that has it on another device only,
    against that one.

    Parameters
    ----------
    first, second : sequence of Record
        Of each machine.
    cases : iterable of Case
        Which are of interest.
    environments : mapping of str to Environment
        The snapshots of both.
    arrays : callable
        As of `compared`.
    """
    known = {case.id: case for case in cases}
    mine = [r for r in first if r.case in known and r.status in DONE]
    theirs = [r for r in second if r.case in known and r.status in DONE]
    same = {(r.case, r.seed): r for r in theirs}
    alike = {_alike(known[r.case], r.seed): r for r in theirs}
    found = [
        (one, other)
        for one in {(r.case, r.seed): r for r in mine}.values()
        if (other := same.get((one.case, one.seed)) or alike.get(_alike(known[one.case], one.seed)))
    ]
    pairs = [(one, other) for one, other in found if one is not other]
    return Machines(
        tuple(
            compared(
                one,
                other,
                environments.get(one.environment, UNKNOWN),
                environments.get(other.environment, UNKNOWN),
                timed=known[one.case].timed,
                arrays=arrays,
            )
            for one, other in pairs
        ),
        spreads(pairs, [case.id for case in known.values() if case.timed]),
    )


def _alike(case: Case, seed: int) -> Key:
    """Return what two cases share that differ in their device alone."""
    axes = sorted((name, str(value)) for name, value in case.axes.items() if name != "device")
    return case.suite, case.experiment, case.backend, tuple(axes), seed
