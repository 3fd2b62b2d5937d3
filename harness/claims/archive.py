"""The records of one suite, looked for once for all of its claims; and why a claim has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import digest
from harness.claims.select import matches, sides
from harness.claims.values import DONE
from harness.code.sources import differing, sentence
from harness.config.claim import Claim
from harness.types import Archive, Array, Case, Environment, Record

Key = tuple[str, str, str]


class SuiteArchive:
    """The part of an archive that the claims of a suite rest on; an `harness.types.Archive`.

    Parameters
    ----------
    archive : Archive
        With the records of any number of suites.
    suite : str
        Id of the suite.
    """

    def __init__(self, archive: Archive, suite: str) -> None:
        self._archive = archive
        self._records = archive.of(suite)
        self._environments = archive.environments  # some make it anew each time
        self._by_case: dict[str, list[int]] = {}
        for position, record in enumerate(self._records):
            self._by_case.setdefault(record.case, []).append(position)

    @property
    def records(self) -> Sequence[Record]:
        """Those of the suite, in the order of the archive."""
        return self._records

    def of_cases(self, cases: Collection[str]) -> list[Record]:
        """Return the records of some cases, in the order of the archive."""
        found = [position for case in cases for position in self._by_case.get(case, ())]
        return [self._records[position] for position in sorted(found)]

    @property
    def suites(self) -> Collection[str]:
        """As the archive has them."""
        return self._archive.suites

    def of(self, suite: str) -> Sequence[Record]:
        """As the archive has them."""
        return self._archive.of(suite)

    @property
    def environments(self) -> Mapping[str, Environment]:
        """As the archive has them."""
        return self._environments

    @property
    def most(self) -> Mapping[str, int]:
        """As the archive has it."""
        return self._archive.most

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record."""
        return self._archive.array(record, name)


@dataclass(frozen=True)
class EarlierRecords:
    """What is stored of a case under earlier code.

    Attributes
    ----------
    files : tuple of str
        Names of the files in which the latest of it differs from the code of now.
    seeds : frozenset of int
        Repetitions that are there.
    """

    files: tuple[str, ...]
    seeds: frozenset[int]


def before(cases: Iterable[Case], records: Sequence[Record]) -> Mapping[str, EarlierRecords]:
    """Return what was measured with earlier code, by the id of the case of now.

    Parameters
    ----------
    cases : iterable of Case
        Planned. Only those of users' code without any result of their own are looked for.
    records : sequence of Record
        In the order in which they were written: the latest counts.
    """
    done = {record.case for record in records if record.status in DONE}
    wanted = [case for case in cases if case.code and case.id not in done]
    if not wanted:
        return {}
    earlier: dict[Key, list[Record]] = {}
    for record in records:
        if record.code and record.status in DONE:
            key = _key(record.suite, record.experiment, record.axes)
            earlier.setdefault(key, []).append(record)
    found: dict[str, EarlierRecords] = {}
    for case in wanted:
        if there := earlier.get(_key(case.suite, case.experiment, case.axes)):
            files = differing(case.code, there[-1].code)
            seeds = frozenset(record.seed for record in there)
            found |= {case.id: EarlierRecords(files, seeds)} if files else {}
    return found


def _key(suite: str, experiment: str, axes: Mapping[str, object]) -> Key:
    return suite, experiment, digest.canonical(dict(axes))


def explain(claim: Claim, cases: Sequence[Case], archive: SuiteArchive) -> str:
    """Return what other records of the suite say about a claim without records of its own.

    Parameters
    ----------
    claim : Claim
        A claim for which no cell on the protocol has a record.
    cases : sequence of Case
        All known cases of the suite.
    archive : SuiteArchive
        The records.

    Returns
    -------
    str
        ``""`` when the suite has neither a record of earlier code nor one off the protocol.
    """
    if edited := _edited(claim, cases, archive):
        return edited
    done = {record.case for record in archive.records if record.status in DONE}
    departed = [case for case in cases if not case.protocol and case.id in done]
    if not departed:
        return ""
    own = [case for case in departed if any(matches(case, where) for where in sides(claim))]
    if not own:
        return "not part of the quick profile; the full profile measures it"
    changed = "; ".join(dict.fromkeys(case.deviation for case in own))
    return f"measured only off the protocol ({changed}); the full profile follows it"


def _edited(claim: Claim, cases: Sequence[Case], archive: SuiteArchive) -> str:
    """Say which files have been changed since the cells of a claim were measured."""
    own = [case for case in cases if case.protocol]
    own = [case for case in own if any(matches(case, where) for where in sides(claim))]
    found = before(own, archive.records)
    files = dict.fromkeys(file for one in found.values() for file in one.files)
    return f"{sentence(list(files))} since its records were made; run it again" if found else ""
