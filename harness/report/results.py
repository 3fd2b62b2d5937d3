"""What the records of a suite show on the page: small, and all that is left of them there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.figures.select import MEASURED, newest
from harness.numerals import number
from harness.processes.parallel import parallel_map
from harness.report.cases import CaseTable, MissingResult, missing_results, tables
from harness.report.opening import RunCounts
from harness.report.pictures import Drawn, ShownSuite, pictures
from harness.report.repeat import commit_of
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Archive, Case, DataUsed, Environment, Profile, Record, Verdict, identical

Command = Mapping[str, str] | Callable[[str], str]
GOTTEN = frozenset({"mnist", "cifar10", "cifar10-jpeg"})
"""Data sets that ``harness data get`` fetches."""


@dataclass(frozen=True)
class PageRequest:
    """What a page is asked to show; the fields are parameters of `harness.report.build`."""

    suites: Sequence[Suite]
    plans: Mapping[str, Sequence[Case]]
    archive: Archive
    verdicts: Sequence[Verdict]
    profile: Profile
    command: Command
    documents: Mapping[str, Document]
    large: bool = False


@dataclass(frozen=True)
class DataRow:
    """A data set used; `more` counts further fingerprints, as of data drawn for each seed."""

    data: DataUsed
    more: int


@dataclass(frozen=True)
class SuiteResults:
    """What the records of a suite show.

    Attributes
    ----------
    pictures : tuple of Drawn
        Its figures of the profile, in order.
    deviations : tuple of str
        What the profile changed.
    tables, lost, data, environments
        Measured cases, cells without a result, data sets and machines used.
    fetched : tuple of str
        Data sets that must be fetched to repeat it.
    commit : str
        That its runs were made at, ``""`` where they were made at several, or at edits.
    took : str
        How long its runs took, one after the other.
    cells : int
        Records with a result.
    ran : RunCounts
        What was measured, counted.
    """

    pictures: tuple[Drawn, ...]
    deviations: tuple[str, ...]
    tables: tuple[CaseTable, ...]
    lost: tuple[MissingResult, ...]
    data: tuple[DataRow, ...]
    environments: tuple[Environment, ...]
    fetched: tuple[str, ...]
    commit: str
    took: str
    cells: int
    ran: RunCounts

    @property
    def stand_ins(self) -> tuple[DataUsed, ...]:
        """Data sets that stood in for others."""
        return tuple(row.data for row in self.data if row.data.used != row.data.requested)


def results(request: PageRequest) -> list[SuiteResults]:
    """Return what the records of each suite show.

    Of a large store the records of one suite are in memory at a time, in each of several processes.
    """
    portions = [[suite] for suite in request.suites] if request.large else [request.suites]
    return [
        one
        for portion in parallel_map(lambda own: _results(own, request), portions)
        for one in portion
    ]


def _results(suites: Sequence[Suite], request: PageRequest) -> list[SuiteResults]:
    shown = [
        _shown(one, request.plans.get(one.id, ()), request.archive, request.profile)
        for one in suites
    ]
    drawn = pictures(shown, request.archive, request.profile, request.verdicts)
    return [_suite_results(one, found, request) for one, found in zip(shown, drawn, strict=True)]


def _suite_results(
    shown: ShownSuite, drawn: tuple[Drawn, ...], request: PageRequest
) -> SuiteResults:
    records, plan = shown.records, request.plans.get(shown.suite.id, ())
    measured = [record for record in records if record.status in MEASURED]
    used = dict.fromkeys(r.data.used for r in records if r.data)
    return SuiteResults(
        pictures=drawn,
        deviations=tuple(dict.fromkeys(r.deviation for r in records if r.deviation)),
        tables=tables(shown.suite, records, request.archive, shown.kinds),
        lost=missing_results(records, _expected(plan, records, request.profile)),
        data=_data(records),
        environments=_environments(records, request.archive),
        fetched=tuple(name for name in used if name in GOTTEN),
        commit=commit_of(measured, request.archive),
        took=_took(records),
        cells=len(measured),
        ran=RunCounts.of(measured),
    )


def records_of(
    suite: Suite, plan: Sequence[Case], archive: Archive, profile: Profile
) -> tuple[Record, ...]:
    """Return the records that a suite's section of the page is about.

    Those of the plan's cases, the newest of each seed and machine. In the full profile, cases
    that only the quick profile has are left out once a case of the protocol was measured.

    Axes are those of the case: an axis that the suite got after a record was written has its
    default in the case, and is absent from the record.
    """
    by_id = {case.id: case for case in plan}
    mine = [_of_plan(r, by_id[r.case]) for r in archive.of(suite.id) if r.case in by_id]
    protocol = [r for r in mine if by_id[r.case].protocol]
    if profile == "full" and any(r.status in MEASURED for r in protocol):
        mine = protocol
    return newest(mine, archive)


def _of_plan(record: Record, case: Case) -> Record:
    return record if identical(record.axes, case.axes) else replace(record, axes=case.axes)


def _shown(suite: Suite, plan: Sequence[Case], archive: Archive, profile: Profile) -> ShownSuite:
    kinds = {case.id: case.kinds for case in plan}
    return ShownSuite(suite, records_of(suite, plan, archive, profile), kinds)


def _took(records: Sequence[Record]) -> str:
    """Return how long runs took; a part of a group's time is nobody's own, and left out."""
    total = sum(record.wall_s for record in records if record.status in MEASURED)
    return number(total, "seconds", digits=2) if total else ""


def _expected(plan: Sequence[Case], records: Sequence[Record], profile: Profile) -> list[Case]:
    """Return the cases that a whole run of the profile would have recorded.

    In the quick profile those that depart from the protocol as the records at hand do: the suite
    knows other departures too, for when data are missing.
    """
    if profile == "full":
        return [case for case in plan if case.protocol]
    if not records:
        return list(plan)
    departures = {record.deviation for record in records} - {""}
    return [case for case in plan if case.deviation in departures]


def _environments(records: Sequence[Record], archive: Archive) -> tuple[Environment, ...]:
    ids = dict.fromkeys(record.environment for record in records if record.status in MEASURED)
    return tuple(archive.environments[name] for name in ids if name in archive.environments)


def _data(records: Sequence[Record]) -> tuple[DataRow, ...]:
    found: dict[tuple[str, str], list[DataUsed]] = {}
    for data in dict.fromkeys(r.data for r in records if r.data):
        found.setdefault((data.requested, data.used), []).append(data)
    return tuple(DataRow(group[0], len(group) - 1) for group in found.values())
