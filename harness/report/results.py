"""What the records of a suite show on the page: small, and all that is left of them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.figures.select import MEASURED, newest
from harness.numerals import number
from harness.report.cases import CaseTable, MissingResult, missing_results, tables
from harness.report.opening import RunCounts
from harness.report.pictures import Drawn, ShownSuite, pictures
from harness.report.repeat import commit_of
from harness.suite.schema import Suite
from harness.types import Archive, Case, DataUsed, Environment, Profile, Record, Verdict, identical

GOTTEN = frozenset({"mnist", "cifar10", "cifar10-jpeg"})
"""Data sets that ``harness data get`` fetches."""


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
    swapped : tuple of str
        Data sets that were used for others in any record of the suite: ``"mnist=digits"``.
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
    swapped: tuple[str, ...]
    took: str
    cells: int
    ran: RunCounts

    @property
    def stand_ins(self) -> tuple[DataUsed, ...]:
        """Data sets that stood in for others."""
        return tuple(row.data for row in self.data if row.data.used != row.data.requested)


def results_of(
    suites: Sequence[Suite],
    plans: Mapping[str, Sequence[Case]],
    archive: Archive,
    profile: Profile,
    verdicts: Sequence[Verdict],
) -> list[SuiteResults]:
    """Return what the records of each suite show.

    Parameters
    ----------
    suites : sequence of Suite
        Whose figures of the profile are drawn together; their records are in memory together.
    plans : mapping of str to sequence of Case
        Suite id to the cases known of it; records of other cases are left out.
    archive : Archive
        The records, arrays and environments.
    profile : {'quick', 'full'}
        Whose figures are drawn.
    verdicts : sequence of Verdict
        Of the claims of these suites, for what figures show of them.
    """
    shown = [_shown(suite, plans.get(suite.id, ()), archive, profile) for suite in suites]
    drawn = pictures(shown, archive, profile, verdicts)
    return [
        _results(one, own, _expected(plans.get(one.suite.id, ()), one.records, profile), archive)
        for one, own in zip(shown, drawn, strict=True)
    ]


def _results(
    shown: ShownSuite, drawn: tuple[Drawn, ...], expected: Sequence[Case], archive: Archive
) -> SuiteResults:
    records = shown.records
    measured = [record for record in records if record.status in MEASURED]
    used = dict.fromkeys(r.data.used for r in records if r.data)
    return SuiteResults(
        pictures=drawn,
        deviations=tuple(dict.fromkeys(r.deviation for r in records if r.deviation)),
        tables=tables(shown.suite, records, archive, shown.kinds),
        lost=missing_results(records, expected),
        data=_data(records),
        environments=_environments(records, archive),
        fetched=tuple(name for name in used if name in GOTTEN),
        commit=commit_of(measured, archive),
        swapped=_swapped(archive.of(shown.suite.id)),
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


def _swapped(records: Sequence[Record]) -> tuple[str, ...]:
    data = dict.fromkeys(record.data for record in records if record.data is not None)
    pairs = (f"{d.requested}={d.used}" for d in data if d.used != d.requested)
    return tuple(dict.fromkeys(pairs))


def _data(records: Sequence[Record]) -> tuple[DataRow, ...]:
    found: dict[tuple[str, str], list[DataUsed]] = {}
    for data in dict.fromkeys(r.data for r in records if r.data):
        found.setdefault((data.requested, data.used), []).append(data)
    return tuple(DataRow(group[0], len(group) - 1) for group in found.values())
