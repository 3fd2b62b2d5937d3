"""What the page shows of a suite, as finished text; the template only lays it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from harness.claims import chance_text
from harness.report import ledger, published, repeat
from harness.report.compared import MachineComparison, beside
from harness.report.marks import Tally, tallies
from harness.report.opening import Opening, RunCounts, opening
from harness.report.pictures import Ink, PageFigure, plates
from harness.report.quotes import Places
from harness.report.reply import Reply, by_suite, reply
from harness.report.results import SuiteResults
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Environment, Profile, Verdict

Command = Mapping[str, str] | Callable[[str], str]


@dataclass(frozen=True)
class PageRequest:
    """What a page is asked to show; the fields are parameters of `harness.report.build`."""

    suites: Sequence[Suite]
    results: Sequence[SuiteResults]
    environments: Mapping[str, Environment]
    verdicts: Sequence[Verdict]
    profile: Profile
    command: Command
    documents: Mapping[str, Document]


@dataclass(frozen=True)
class Section:
    """One suite on the page.

    Attributes
    ----------
    id, title, question, summary, document : str
        From the suite; the title of its document.
    reply : Reply or None
        What was found.
    protocol : tuple of str
        Sentences.
    claims : int
        How many it has.
    tallies : tuple of Tally
        Verdicts that occur.
    plates : tuple of PageFigure
        Figures.
    commands : tuple of str
        What repeats it on another machine, in order.
    results : SuiteResults
        What its records show.
    """

    id: str
    title: str
    question: str
    summary: str
    document: str
    reply: Reply | None
    protocol: tuple[str, ...]
    claims: int
    tallies: tuple[Tally, ...]
    plates: tuple[PageFigure, ...]
    commands: tuple[str, ...]
    results: SuiteResults


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
    last : str
        When the last cell that it shows began (ISO 8601).
    total, moved : int
        Claims, and verdicts that differ from the recorded ones.
    chance : str
        How many contradictions chance may have given.
    shelves : mapping of str to tuple of Section
        Title of a document to the suites that quote it.
    environments : tuple of Environment
        Machines, with their libraries.
    beside : MachineComparison
        Claims measured on several of them.
    """

    opening: Opening
    entries: tuple[ledger.Entry, ...]
    data: Markup
    last: str
    total: int
    moved: int
    chance: str
    shelves: Mapping[str, tuple[Section, ...]]
    environments: tuple[Environment, ...]
    beside: MachineComparison

    @property
    def sections(self) -> tuple[Section, ...]:
        """All suites."""
        return tuple(section for shelf in self.shelves.values() for section in shelf)


def page(request: PageRequest, ink: Ink) -> Page:
    """Return what a page shows, its drawings in an ink."""
    suites, found, verdicts = request.suites, request.results, request.verdicts
    places = Places(suites, request.documents)
    pairs = zip(suites, found, strict=True)
    listed = ledger.entries(verdicts, places)
    shelf = _Shelf(request, places, by_suite(listed), ink)
    sections = [_section(suite, one, shelf) for suite, one in pairs]
    used = {env.id: env for section in sections for env in section.results.environments}
    ids = [suite.id for suite in suites]
    shown_by = _figures(suites, sections)
    data = ledger.Data(
        request.environments, ids, shown_by, {suite.id: suite.labels for suite in suites}
    )
    commands = [section.commands for section in sections]
    took = [section.results.took for section in sections]
    text = ledger.as_json(listed, data, {"commands": commands, "took": took})
    ran = sum((one.ran for one in found), RunCounts())
    return Page(
        opening=opening(listed, verdicts, ran, request.environments),
        entries=listed,
        data=Markup(text),  # noqa: S704 no "<" is left in it
        last=ran.last,
        total=len(verdicts),
        moved=sum(verdict.moved for verdict in verdicts),
        chance=chance_text(verdicts),
        shelves=_shelves(sections, list(dict.fromkeys(e.place.document for e in listed))),
        environments=tuple(used.values()),
        beside=beside(verdicts, request.environments),
    )


def _shelves(
    sections: Sequence[Section], titles: Sequence[str]
) -> Mapping[str, tuple[Section, ...]]:
    """Return suites by document, documents in the order of the ledger."""
    found: dict[str, list[Section]] = {title: [] for title in titles}
    for section in sections:
        found.setdefault(section.document, []).append(section)
    return {title: tuple(shelf) for title, shelf in found.items() if shelf}


def _figures(
    suites: Sequence[Suite], sections: Sequence[Section]
) -> Callable[[Verdict], tuple[str, published.Mark | None]]:
    """Return what finds the figure of a claim, and where its number lies in it."""
    by_suite = {section.id: section.plates for section in sections}
    claims = {(suite.id, claim.id): claim for suite in suites for claim in suite.claims}

    def of(verdict: Verdict) -> tuple[str, published.Mark | None]:
        claim = claims.get((verdict.suite, verdict.claim))
        plates = by_suite.get(verdict.suite, ())
        return published.best(verdict, claim, plates)

    return of


@dataclass(frozen=True)
class _Shelf:
    """What the sections of all suites take their own from; sentences by suite."""

    request: PageRequest
    places: Places
    entries: Mapping[str, Sequence[ledger.Entry]]
    ink: Ink
    origins: repeat.Origins = field(default_factory=repeat.Origins)


def _section(suite: Suite, found: SuiteResults, shelf: _Shelf) -> Section:
    request = shelf.request
    own = [verdict for verdict in request.verdicts if verdict.suite == suite.id]
    return Section(
        id=suite.id,
        title=suite.title,
        question=suite.question,
        summary=suite.summary,
        document=shelf.places.of_suite(suite),
        reply=reply(suite.id, shelf.entries.get(suite.id, ())),
        protocol=suite.protocol,
        claims=len(own),
        tallies=tuple(tally for tally in tallies(own) if tally.count),
        plates=plates(suite, found.pictures, request.profile, shelf.ink),
        commands=_commands(suite, found, shelf),
        results=found,
    )


def _commands(suite: Suite, found: SuiteResults, shelf: _Shelf) -> tuple[str, ...]:
    """Return what repeats a suite where nothing is installed."""
    command, where = shelf.request.command, shelf.origins.of(suite)
    run = command[suite.id] if isinstance(command, Mapping) else command(suite.id)
    return repeat.commands(where, found.commit, found.fetched, run, shelf.request.profile)
