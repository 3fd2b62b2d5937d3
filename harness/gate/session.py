"""One run of the gate, whatever its sides are: its limits, its machine, its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness import digest, environment
from harness.errors import NothingMeasured
from harness.gate import couples, units
from harness.gate.collection import empty
from harness.gate.journal import Journal
from harness.gate.rounds import Bench, Limits, SelectedCases, find_cases, run
from harness.gate.sequential import SequentialTest
from harness.gate.settings import GateSettings, unused
from harness.gate.values import Decision, GateResult, Revision
from harness.lockstep.turns import Timeouts
from harness.types import Environment

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Session:
    """What is compared, by what limits, where and since when.

    Attributes
    ----------
    base, head : Revision
        The sides as they are shown.
    settings : GateSettings
        Limits and budget.
    journals : Path
        Where journals are kept.
    fresh : bool
        Begin anew even where an interrupted run could go on.
    tell : callable
        Takes one line on what is under way.
    progress : callable, optional
        ``progress(test)``, called after every round.
    machine : Environment
        This one.
    began, deadline : float
        On the monotonic clock.
    started : str
        ISO 8601.
    """

    base: Revision
    head: Revision
    settings: GateSettings
    journals: Path
    fresh: bool
    tell: Tell
    progress: Callable[[SequentialTest], None] | None
    machine: Environment
    began: float
    deadline: float
    started: str

    @classmethod
    def begin(
        cls,
        base: Revision,
        head: Revision,
        settings: GateSettings,
        journals: Path,
        *,
        fresh: bool,
        tell: Tell,
        progress: Callable[[SequentialTest], None] | None,
    ) -> Session:
        """Return a session that begins now."""
        now = time.monotonic()
        deadline = now + units.seconds(settings.budget)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        machine = environment.snapshot()
        rest = (machine, now, deadline, started)
        return cls(base, head, settings, journals, fresh, tell, progress, *rest)

    @property
    def timeouts(self) -> Timeouts:
        """How long to wait for a side."""
        return Timeouts(deadline=self.deadline)

    def measure(self, benches: Sequence[Bench], header: Mapping[str, Any]) -> GateResult:
        """Find the cases, measure them and return what was found.

        Parameters
        ----------
        benches : sequence of Bench
            What measures.
        header : mapping
            Names, beside sides, settings and machine, what an interrupted run must share to be
            gone on with.

        Raises
        ------
        NothingMeasured
            If neither side has a case.
        SideBroken
            If a side does not start or collect.
        OutOfTime
            If the budget ends before the first pair.
        """
        found = find_cases(benches, self.timeouts)
        if not found.names and not found.apart:
            raise NothingMeasured(_nothing(self.settings, found))
        whole = {
            **header,
            "trees": [self.base.tree, self.head.tree],
            "settings": self.settings.settings(),
            "machine": self.machine.klass,
        }
        journal = Journal(self.journals / digest.of_value(whole), whole, fresh=self.fresh)
        return self._measured(found, journal)

    def result(
        self,
        decisions: tuple[Decision, ...],
        test: SequentialTest | None = None,
        partial: str = "",
        notes: tuple[str, ...] = (),
    ) -> GateResult:
        """Return the result of this session."""
        return GateResult(
            base=self.base,
            head=self.head,
            decisions=decisions,
            pairs=test.pairs if test else (),
            hardware=self.machine.hardware,
            environment=self.machine.facts,
            started=self.started,
            elapsed=time.monotonic() - self.began,
            partial=partial,
            notes=notes,
        )

    def _measured(self, found: SelectedCases, journal: Journal) -> GateResult:
        entries = [entry.match for entry in self.settings.case]
        names = found.known | {decision.case for decision in found.apart}
        notes = [*found.notes, *empty(self.settings.pytest, names)]
        notes += unused(entries, sorted(found.known))
        if journal.pairs:
            rounds = 1 + journal.pairs[-1].index
            notes.append(f"goes on from an interrupted run with {rounds} rounds done")
            self.tell(notes[-1])
        limits = Limits(
            partial(self.settings.thresholds, known=found.known),
            self.deadline,
            self.settings.budget,
            self.timeouts,
            progress=self.progress,
        )
        with journal:
            test, early = run(found, limits, journal)
        notes += couples.machine_notes(test.pairs, self.settings.threads)
        return self.result((*test.decisions, *found.apart), test, early, tuple(notes))


def _nothing(settings: GateSettings, found: SelectedCases) -> str:
    selected = ", ".join((*settings.pytest, *settings.suites))
    if found.notes:
        return (
            f"there must be a benchmark to compare, got none in {selected}: "
            f"{'; '.join(found.notes)}"
        )
    tests = "tests that use pytest-benchmark's fixture with --pytest, or "
    return (
        f"there must be a benchmark to compare, got none in {selected} on either side; name "
        f"{tests if settings.pytest else ''}suites with timing cases"
    )
