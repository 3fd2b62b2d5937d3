"""What the page shows of a suite, as finished text; the template only lays it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from harness.claims import chance_text, headline, sentence_counts
from harness.figures.select import MEASURED, newest
from harness.report.cases import CaseTable, MissingResult, missing_results, tables
from harness.report.marks import Tally, tallies
from harness.report.pictures import Plate, plates
from harness.report.verdicts import Row, rows
from harness.suite.schema import Suite
from harness.types import Archive, Case, DataUsed, Environment, Profile, Record, Verdict

Command = Mapping[str, str] | Callable[[str], str]


@dataclass(frozen=True)
class DataRow:
    """A data set used; `more` counts further fingerprints, as of data drawn for each seed."""

    data: DataUsed
    more: int


@dataclass(frozen=True)
class Section:
    """One suite on the page.

    Attributes
    ----------
    id, title, summary, source : str
        From the suite.
    protocol, deviations : tuple of str
        Sentences; what the profile changed.
    claims : tuple of Row
        Its rows of the table of verdicts.
    tallies : tuple of Tally
        Verdicts that occur.
    plates, tables, lost, data, environments
        Figures, measured cases, cells without a result, data sets and machines used.
    command : str
        What repeats it.
    cells : int
        Records with a result.
    """

    id: str
    title: str
    summary: str
    source: str
    protocol: tuple[str, ...]
    deviations: tuple[str, ...]
    claims: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    plates: tuple[Plate, ...]
    tables: tuple[CaseTable, ...]
    lost: tuple[MissingResult, ...]
    data: tuple[DataRow, ...]
    environments: tuple[Environment, ...]
    command: str
    cells: int

    @property
    def stand_ins(self) -> tuple[DataUsed, ...]:
        """Data sets that stood in for others."""
        return tuple(row.data for row in self.data if row.data.used != row.data.requested)


T = TypeVar("T")


@dataclass(frozen=True)
class Parts(Generic[T]):
    """What is shown at once, and the facts, which are shown when asked for."""

    first: tuple[T, ...]
    facts: tuple[T, ...]

    @classmethod
    def of(cls, items: Sequence[T], is_fact: Callable[[T], bool]) -> Parts[T]:
        """Return the two parts, each in the order given."""
        first = tuple(item for item in items if not is_fact(item))
        return cls(first, tuple(item for item in items if is_fact(item)))

    @property
    def all(self) -> tuple[T, ...]:
        """Both parts."""
        return (*self.first, *self.facts)


@dataclass(frozen=True)
class Page:
    """Everything on the page."""

    profile: Profile
    tallies: tuple[Tally, ...]
    total: int
    headline: str
    sentences: str
    chance: str
    moved: int
    verdicts: Parts[Row]
    sections: Parts[Section]
    environments: tuple[Environment, ...]
    measured: str


def page(
    suites: Sequence[Suite],
    plans: Mapping[str, Sequence[Case]],
    archive: Archive,
    verdicts: Sequence[Verdict],
    profile: Profile,
    command: Command,
    facts: Collection[str] = (),
) -> Page:
    """Return the page of `suites`; parameters as in `harness.report.build.build`."""
    sections = tuple(
        _section(suite, plans.get(suite.id, ()), archive, verdicts, profile, command)
        for suite in suites
    )
    used = {env.id: env for section in sections for env in section.environments}
    dates = [r.started for suite in suites for r in archive.records if r.suite == suite.id]
    return Page(
        profile=profile,
        tallies=tallies(verdicts),
        total=len(verdicts),
        headline=headline(verdicts),
        sentences=sentence_counts(verdicts),
        chance=chance_text(verdicts),
        moved=sum(verdict.moved for verdict in verdicts),
        verdicts=Parts.of(rows(verdicts, archive.environments), lambda row: row.suite in facts),
        sections=Parts.of(sections, lambda section: section.id in facts),
        environments=tuple(used.values()),
        measured=max(dates, default="")[:10],
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
    mine = [
        replace(r, axes=by_id[r.case].axes)
        for r in archive.records
        if r.suite == suite.id and r.case in by_id
    ]
    protocol = [r for r in mine if by_id[r.case].protocol]
    if profile == "full" and any(r.status in MEASURED for r in protocol):
        mine = protocol
    return newest(mine, archive)


def _section(
    suite: Suite,
    plan: Sequence[Case],
    archive: Archive,
    verdicts: Sequence[Verdict],
    profile: Profile,
    command: Command,
) -> Section:
    records = records_of(suite, plan, archive, profile)
    own = [verdict for verdict in verdicts if verdict.suite == suite.id]
    kinds = {case.id: case.kinds for case in plan}
    return Section(
        id=suite.id,
        title=suite.title,
        summary=suite.summary,
        source=suite.source.words(suite.source.key) if suite.source else "",
        protocol=suite.protocol,
        deviations=tuple(dict.fromkeys(r.deviation for r in records if r.deviation)),
        claims=rows(own, archive.environments),
        tallies=tuple(tally for tally in tallies(own) if tally.count),
        plates=plates(suite, records, archive, profile, kinds),
        tables=tables(suite, records, archive, kinds),
        lost=missing_results(records, _expected(plan, records, profile)),
        data=_data(records),
        environments=_environments(records, archive),
        command=command[suite.id] if isinstance(command, Mapping) else command(suite.id),
        cells=sum(record.status in MEASURED for record in records),
    )


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
