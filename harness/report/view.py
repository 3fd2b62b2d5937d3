"""What the page shows of a suite, as finished text; the template only lays it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from harness.claims import chance_text
from harness.figures.select import MEASURED, newest
from harness.numerals import number
from harness.report import ledger
from harness.report.cases import CaseTable, MissingResult, missing_results, tables
from harness.report.ink import Ink
from harness.report.marks import Tally, tallies
from harness.report.opening import Opening, Ran, opening
from harness.report.pictures import Plate, Shown, plates
from harness.report.places import Places
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Archive, Case, DataUsed, Environment, Profile, Record, Verdict

Command = Mapping[str, str] | Callable[[str], str]
MOST = 50_000
"""Records from which the figures and tables of suites are made before further ones are read."""
GOTTEN = frozenset({"mnist", "cifar10", "cifar10-jpeg"})
"""Data sets that ``harness data get`` fetches."""


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
    id, title, summary, document : str
        From the suite; the title of its document.
    protocol, deviations : tuple of str
        Sentences; what the profile changed.
    claims : int
        How many it has.
    tallies : tuple of Tally
        Verdicts that occur.
    plates, tables, lost, data, environments
        Figures, measured cases, cells without a result, data sets and machines used.
    commands : tuple of str
        What repeats it on another machine, in order.
    took : str
        How long its runs took, one after the other.
    cells : int
        Records with a result.
    """

    id: str
    title: str
    summary: str
    document: str
    protocol: tuple[str, ...]
    deviations: tuple[str, ...]
    claims: int
    tallies: tuple[Tally, ...]
    plates: tuple[Plate, ...]
    tables: tuple[CaseTable, ...]
    lost: tuple[MissingResult, ...]
    data: tuple[DataRow, ...]
    environments: tuple[Environment, ...]
    commands: tuple[str, ...]
    took: str
    cells: int

    @property
    def stand_ins(self) -> tuple[DataUsed, ...]:
        """Data sets that stood in for others."""
        return tuple(row.data for row in self.data if row.data.used != row.data.requested)


@dataclass(frozen=True)
class Page:
    """Everything on the page.

    Attributes
    ----------
    opening : Opening
        The first screen.
    entries : tuple of Entry
        The rows of the ledger.
    data : Markup
        What its script builds them from.
    total, moved : int
        Claims, and verdicts that differ from the recorded ones.
    chance : str
        How many contradictions chance may have given.
    shelves : mapping of str to tuple of Section
        Title of a document to the suites that quote it.
    environments : tuple of Environment
        Machines, with their libraries.
    """

    opening: Opening
    entries: tuple[ledger.Entry, ...]
    data: Markup
    total: int
    moved: int
    chance: str
    shelves: Mapping[str, tuple[Section, ...]]
    environments: tuple[Environment, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """All suites."""
        return tuple(section for shelf in self.shelves.values() for section in shelf)


@dataclass(frozen=True)
class Asked:
    """What a page is asked to show; the fields are parameters of `harness.report.build`."""

    suites: Sequence[Suite]
    plans: Mapping[str, Sequence[Case]]
    archive: Archive
    verdicts: Sequence[Verdict]
    profile: Profile
    command: Command
    documents: Mapping[str, Document]


def page(asked: Asked, ink: Ink) -> Page:
    """Return what a page shows, its drawings in an ink."""
    suites, archive, verdicts = asked.suites, asked.archive, asked.verdicts
    places = Places(suites, asked.documents)
    sections, ran = list[Section](), Ran()
    for shown in _portions(asked):
        drawn = plates(shown, archive, asked.profile, ink)
        pairs = zip(shown, drawn, strict=True)
        sections += [_section(one, plated, asked, places) for one, plated in pairs]
        ran += Ran.of([r for one in shown for r in one.records if r.status in MEASURED])
    listed = ledger.entries(verdicts, places)
    used = {env.id: env for section in sections for env in section.environments}
    ids = [suite.id for suite in suites]
    data = ledger.Data(archive.environments, ids, _figures(sections))
    commands = [section.commands for section in sections]
    took = [section.took for section in sections]
    text = ledger.as_json(listed, data, {"commands": commands, "took": took})
    return Page(
        opening=opening(listed, verdicts, ran, archive),
        entries=listed,
        data=Markup(text),  # noqa: S704 no "<" is left in it
        total=len(verdicts),
        moved=sum(verdict.moved for verdict in verdicts),
        chance=chance_text(verdicts),
        shelves=_shelves(sections, list(dict.fromkeys(e.place.document for e in listed))),
        environments=tuple(used.values()),
    )


def _portions(asked: Asked) -> Iterator[list[Shown]]:
    """Yield the suites with their records, in order: as many at once as are well held."""
    portion, held = list[Shown](), 0
    for suite in asked.suites:
        plan = asked.plans.get(suite.id, ())
        portion.append(_shown(suite, plan, asked.archive, asked.profile))
        held += len(portion[-1].records)
        if held >= MOST:
            yield portion
            portion, held = [], 0
    yield portion


def _shelves(
    sections: Sequence[Section], titles: Sequence[str]
) -> Mapping[str, tuple[Section, ...]]:
    """Return suites by document, documents in the order of the ledger."""
    found: dict[str, list[Section]] = {title: [] for title in titles}
    for section in sections:
        found.setdefault(section.document, []).append(section)
    return {title: tuple(shelf) for title, shelf in found.items() if shelf}


def _figures(sections: Sequence[Section]) -> Callable[[Verdict], str]:
    """Return what finds the figure of a claim: of its suite, the one that draws its metric."""
    by_suite = {section.id: [p for p in section.plates if p.svg] for section in sections}

    def of(verdict: Verdict) -> str:
        drawn = by_suite.get(verdict.suite, [])
        same = [plate.anchor for plate in drawn if plate.metric == verdict.metric]
        return next(iter([*same, *(plate.anchor for plate in drawn)]), "")

    return of


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
    return record if record.axes == case.axes else replace(record, axes=case.axes)


def _shown(suite: Suite, plan: Sequence[Case], archive: Archive, profile: Profile) -> Shown:
    kinds = {case.id: case.kinds for case in plan}
    return Shown(suite, records_of(suite, plan, archive, profile), kinds)


def _section(shown: Shown, drawn: tuple[Plate, ...], asked: Asked, places: Places) -> Section:
    suite, records, archive = shown.suite, shown.records, asked.archive
    plan = asked.plans.get(suite.id, ())
    own = [verdict for verdict in asked.verdicts if verdict.suite == suite.id]
    return Section(
        id=suite.id,
        title=suite.title,
        summary=suite.summary,
        document=places.of_suite(suite),
        protocol=suite.protocol,
        deviations=tuple(dict.fromkeys(r.deviation for r in records if r.deviation)),
        claims=len(own),
        tallies=tuple(tally for tally in tallies(own) if tally.count),
        plates=drawn,
        tables=tables(suite, records, archive, shown.kinds),
        lost=missing_results(records, _expected(plan, records, asked.profile)),
        data=_data(records),
        environments=_environments(records, archive),
        commands=_commands(suite, records, asked.command),
        took=_took(records),
        cells=sum(record.status in MEASURED for record in records),
    )


def _commands(suite: Suite, records: Sequence[Record], command: Command) -> tuple[str, ...]:
    """Return what repeats a suite where nothing is installed: data, its runs, the page."""
    run = command[suite.id] if isinstance(command, Mapping) else command(suite.id)
    data = dict.fromkeys(r.data.used for r in records if r.data and r.data.used in GOTTEN)
    get = [f"harness data get {name}" for name in data]
    return ("python3 -m pip install 'claims-harness[all]'", *get, run, "harness report")


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
