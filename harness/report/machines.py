"""Claims that were measured on several machines, side by side: those that differ first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.figures.labels import machine
from harness.outlets.outcome import unit_of
from harness.report import quotes
from harness.report.ledger import anchor, found, published
from harness.report.marks import SIGNS, WORDS
from harness.types import Environment, Finding, Verdict


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
