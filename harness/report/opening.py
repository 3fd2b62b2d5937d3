"""What a reader learns first: how many sentences held, what was run, what was found, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from harness.claims import headline
from harness.figures.labels import VALUES, machine
from harness.numerals import count
from harness.plan.recorded import UNRECORDED
from harness.report.ledger import Entry
from harness.report.marks import LABELS, Count, Label, counts
from harness.report.quotes import Place
from harness.report.reply import Telling, tell
from harness.types import Environment, Record, Verdict
from harness.words import plural

MOST = 6
"""Findings on the first screen."""
LIBRARIES = VALUES["backend"]
_DRAWN = frozenset({"synthetic"})


@dataclass(frozen=True)
class Highlight:
    """A finding that a suite marks.

    Attributes
    ----------
    telling : Telling
        Its sentence and its numbers.
    answer : Label
        What became of its sentence.
    place : Place
        Where it stands.
    because : str
        Why, in a sentence.
    """

    telling: Telling
    answer: Label
    place: Place
    because: str


@dataclass(frozen=True)
class DocumentRow:
    """The answers of one document, in the order of `counts`."""

    title: str
    index: int
    total: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Opening:
    """The first screen.

    Attributes
    ----------
    headline : str
        A sentence.
    about : tuple of str
        What was run, on what, where and when; what was not run, and why.
    counts : tuple of Count
        Sentences by answer.
    highlights : tuple of Highlight
        At most `MOST`.
    documents : tuple of DocumentRow
        In the order of the ledger.
    """

    headline: str
    about: tuple[str, ...]
    counts: tuple[Count, ...]
    highlights: tuple[Highlight, ...]
    documents: tuple[DocumentRow, ...]


@dataclass(frozen=True)
class RunCounts:
    """What was measured, counted.

    Attributes
    ----------
    suites, backends, data, environments : Counter of str
        Records by suite, backend, data set and environment.
    last : str
        When the last of them was begun.
    """

    suites: Counter[str] = field(default_factory=Counter)
    backends: Counter[str] = field(default_factory=Counter)
    data: Counter[str] = field(default_factory=Counter)
    environments: Counter[str] = field(default_factory=Counter)
    last: str = ""

    @classmethod
    def of(cls, records: Sequence[Record]) -> RunCounts:
        """Return the counts of some records."""
        return cls(
            Counter(record.suite for record in records),
            Counter(str(record.axes.get("backend", "")) for record in records),
            Counter(record.data.used for record in records if record.data),
            Counter(record.environment for record in records),
            max((record.started for record in records), default=""),
        )

    def __add__(self, other: RunCounts) -> RunCounts:
        """Return the counts of both."""
        return RunCounts(
            self.suites + other.suites,
            self.backends + other.backends,
            self.data + other.data,
            self.environments + other.environments,
            max(self.last, other.last),
        )


def opening(
    entries: Sequence[Entry],
    verdicts: Sequence[Verdict],
    ran: RunCounts,
    environments: Mapping[str, Environment],
) -> Opening:
    """Return the first screen of the sentences of a page.

    Parameters
    ----------
    entries : sequence of Entry
        All sentences, in the order of the documents.
    verdicts : sequence of Verdict
        Of all claims.
    ran : RunCounts
        What was measured.
    environments : mapping of str to Environment
        The machines, by id.
    """
    return Opening(
        headline=headline(verdicts),
        about=tuple(filter(None, (_run(verdicts, ran, environments), _not_run(verdicts)))),
        counts=counts([entry.sentence for entry in entries]),
        highlights=tuple(_highlights(entries)),
        documents=_documents(entries),
    )


def _highlights(entries: Sequence[Entry]) -> list[Highlight]:
    marked = [
        (entry, verdict)
        for entry in entries
        for verdict in entry.sentence.readings
        if verdict.highlight
    ]
    return [
        Highlight(
            telling=told,
            answer=LABELS[entry.sentence.answer],
            place=entry.place,
            because=told.because or verdict.reason,
        )
        for entry, verdict in marked[:MOST]
        for told in (tell(verdict),)
    ]


def _documents(entries: Sequence[Entry]) -> tuple[DocumentRow, ...]:
    found: dict[str, Counter[str]] = {}
    for entry in entries:
        found.setdefault(entry.place.document, Counter())[entry.sentence.answer] += 1
    return tuple(
        DocumentRow(title, index, each.total(), tuple(each[answer] for answer in LABELS))
        for index, (title, each) in enumerate(found.items())
    )


def _run(
    verdicts: Sequence[Verdict], ran: RunCounts, environments: Mapping[str, Environment]
) -> str:
    """Return ``"985 claims, run with NumPy and PyTorch on mnist; on 2 machines; last on ..."``."""
    claims = plural(len(verdicts), "claim").replace(str(len(verdicts)), count(len(verdicts)), 1)
    if not ran.suites:
        return f"{claims}; nothing was measured" if verdicts else ""
    suites = plural(len(ran.suites), "suite")
    backends = [name for name in LIBRARIES if name in ran.backends]
    data = [name for name in ran.data if name not in _DRAWN]
    machines = Counter[str]()
    for name, records in ran.environments.items():
        if name in environments and environments[name].hardware != UNRECORDED:
            machines[machine(environments[name].hardware)] += records
    parts = [
        f"{claims} in {suites}",
        f"run with {_list([LIBRARIES[name] for name in backends])}" if backends else "",
        f"on {_list(sorted(data))}" if data else "",
        f"on {_list([_inside(name) for name, _ in machines.most_common()])}" if machines else "",
        f"last on {day(ran.last[:10])}" if ran.last else "",
    ]
    return ", ".join(part for part in parts if part) + "."


def _not_run(verdicts: Sequence[Verdict]) -> str:
    idle = [verdict for verdict in verdicts if verdict.verdict == "not-run"]
    reasons = Counter(verdict.reason for verdict in idle)
    if not idle:
        return ""
    (most, times), *_ = reasons.most_common(1)
    first = most if times == len(idle) else f"mostly: {most}"
    return f"{plural(len(idle), 'claim')} not run, {first}."


def _inside(machine: str) -> str:
    """Return ``"AMD EPYC (2 cores)"``, which can stand in a list, for ``"AMD EPYC, 2 cores"``."""
    name, _, parts = machine.partition(", ")
    return f"{name} ({parts})" if parts else name


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def day(iso: str) -> str:
    """Return ``"26 November 2026"``; what is no date as it is."""
    try:
        found = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{found.day} {found:%B} {found.year}"
