"""Verdicts beside others: claims of several machines, and what changed since the last run.

``verdicts.json`` has the verdicts of the page and those of the run before it. A page that is built
again from the same records is compared with the same run as before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from harness.errors import FileError
from harness.figures.labels import machine
from harness.files import guarded, write_text
from harness.outlets.outcome import unit_of
from harness.report import quotes
from harness.report.ledger import anchor, found, published
from harness.report.marks import SIGNS, WORDS
from harness.types import Environment, Finding, Verdict

NAME = "verdicts.json"
SCHEMA: Literal[1] = 1
Verdicts = Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """What a machine measured: its verdict, the sign and word of it, and the number."""

    verdict: str
    sign: str
    word: str
    track: str
    measured: str


@dataclass(frozen=True)
class Row:
    """A claim on every machine, in the order of the headings; None where one has no number."""

    anchor: str
    quote: Markup
    published: str
    cells: tuple[Cell | None, ...]
    differs: bool


@dataclass(frozen=True)
class MachineComparison:
    """Machines, and the claims that more than one of them measured."""

    machines: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def differing(self) -> int:
        """How many claims have verdicts that differ between machines."""
        return sum(row.differs for row in self.rows)


def beside(
    verdicts: Sequence[Verdict], environments: Mapping[str, Environment]
) -> MachineComparison:
    """Return the claims measured on more than one machine, those whose verdicts differ first."""
    tables = [(verdict, _by_machine(verdict, environments)) for verdict in verdicts]
    shared = [(verdict, found) for verdict, found in tables if len(found) > 1]
    names = tuple(dict.fromkeys(name for _, found in tables for name in found))
    rows = [_row(verdict, found, names) for verdict, found in shared]
    return MachineComparison(names, tuple(sorted(rows, key=lambda row: not row.differs)))


def _by_machine(
    verdict: Verdict, environments: Mapping[str, Environment]
) -> dict[str, list[Finding]]:
    by_machine: dict[str, list[Finding]] = {}
    for one in verdict.findings:
        environment = environments.get(one.environment)
        if environment is not None and one.measured is not None:
            by_machine.setdefault(machine(environment.hardware), []).append(one)
    return by_machine


def _row(verdict: Verdict, found: Mapping[str, Sequence[Finding]], names: Sequence[str]) -> Row:
    said = {one.verdict for findings in found.values() for one in findings}
    return Row(
        anchor(verdict),
        quotes.html(verdict.quote),
        published(verdict),
        tuple(_cell(found.get(name, ()), verdict) for name in names),
        len(said) > 1,
    )


def _cell(findings: Sequence[Finding], verdict: Verdict) -> Cell | None:
    if not findings:
        return None
    # of several implementations the one that speaks against the others' verdict, else the first
    one = next((one for one in findings if one.verdict != verdict.verdict), findings[0])
    text = found(one, unit_of(verdict))
    return Cell(one.verdict, SIGNS[one.verdict], WORDS[one.verdict], one.track, text)


@dataclass(frozen=True)
class Run:
    """The verdicts of a run, by ``suite/claim``, and when its last cell began (ISO 8601)."""

    last: str
    verdicts: Verdicts


class _File(TypedDict):
    schema: Literal[1]
    now: Run
    before: Run | None


_FILE = TypeAdapter(_File)


@dataclass(frozen=True)
class Change:
    """A claim whose verdict is another than before."""

    claim: str
    anchor: str
    before: str
    now: str


@dataclass(frozen=True)
class Changes:
    """What changed since a run.

    Attributes
    ----------
    since : str
        When the last cell of that run began (ISO 8601).
    moved : tuple of Change
        Claims of both, in the order of now.
    new, gone : int
        Claims of one of the two only; of suites that the page leaves out none is gone.
    """

    since: str
    moved: tuple[Change, ...]
    new: int
    gone: int


@dataclass(frozen=True)
class Ledger:
    """What stands beside a page: the run that it shows, and the one before.

    A page may be of some suites alone, `shown`; of the others, what was said before is kept.
    """

    now: Run
    before: Run | None
    shown: frozenset[str]

    def changes(self) -> Changes | None:
        """Return what changed; None where there was no run before."""
        if self.before is None:
            return None
        now, before = self._of(self.now), self._of(self.before)
        moved = tuple(
            Change(claim, f"claim-{claim.replace('/', '-', 1)}", before[claim], now[claim])
            for claim in now
            if claim in before and before[claim] != now[claim]
        )
        new, gone = now.keys() - before.keys(), before.keys() - now.keys()
        return Changes(self.before.last, moved, len(new), len(gone))

    def _of(self, run: Run) -> Verdicts:
        return {claim: one for claim, one in run.verdicts.items() if _suite(claim) in self.shown}


def ledger(folder: Path, verdicts: Sequence[Verdict], last: str) -> Ledger:
    """Return the run of a page and the one before it, as the folder of the page remembers it.

    Parameters
    ----------
    folder : Path
        Where the page is written.
    verdicts : sequence of Verdict
        Those of the page.
    last : str
        When the last cell that it shows began (ISO 8601).
    """
    own = {f"{verdict.suite}/{verdict.claim}": verdict.verdict for verdict in verdicts}
    shown = frozenset(map(_suite, own))
    kept = _read(folder / NAME)
    if kept is None:
        return Ledger(Run(last, own), None, shown)
    known = kept["now"]
    others = {claim: one for claim, one in known.verdicts.items() if _suite(claim) not in shown}
    now = Run(max(last, known.last) if others else last, {**own, **others})
    return Ledger(now, kept["before"] if known.last == now.last else known, shown)


def keep(folder: Path, found: Ledger) -> None:
    """Write the verdicts of a page beside it.

    Raises
    ------
    FileError
        If they cannot be written.
    """
    values = {"schema": SCHEMA, "now": _values(found.now), "before": _values(found.before)}
    text = json.dumps(values, ensure_ascii=False, indent=1)
    write_text(folder / NAME, text + "\n", "write the verdicts")


def _values(run: Run | None) -> dict[str, Any] | None:
    return None if run is None else {"last": run.last, "verdicts": dict(run.verdicts)}


def _suite(claim: str) -> str:
    return claim.partition("/")[0]


def _read(path: Path) -> _File | None:
    """Return what stands beside a page; None where nothing does, or nothing of this form."""
    try:
        with guarded("read the verdicts of the last run", path):
            return _FILE.validate_json(path.read_bytes())
    except (FileError, ValidationError):
        return None  # the page of a first run; what is damaged is written anew
