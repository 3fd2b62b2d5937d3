"""The gate from two revisions to a result: one straight line."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import digest, environment
from harness.errors import NothingMeasured, SideBroken
from harness.gate import units
from harness.gate.environments import Recipe, SideEnvironment, prepare
from harness.gate.journal import Journal
from harness.gate.lockstep import Commands, Patience
from harness.gate.measure import Bench, Course, Found, find_cases, run
from harness.gate.process import Command
from harness.gate.settings import GateSettings
from harness.gate.trials import Trials
from harness.gate.values import SIDES, Decision, GateResult, Revision, SideName
from harness.gate.worktrees import checkout
from harness.types import Environment

Trees = Mapping[SideName, Path]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What is to be compared and how.

    Attributes
    ----------
    repository : Path
        Top of the repository.
    inside : str
        The project's folder in it, ``"."`` for the top.
    settings : GateSettings
        Those of the project with those of the command line over them.
    recipe : Recipe
        How environments are made.
    cache : Path
        Where they are kept.
    journals : Path
        Where journals are kept.
    fresh : bool
        Begin anew even where an interrupted run could go on.
    suite_options : tuple of str
        Further arguments of the agent for suites.
    tell : callable
        Takes one line on what is under way.
    progress : callable, optional
        ``progress(trials)``, called after every round.
    """

    repository: Path
    inside: str
    settings: GateSettings
    recipe: Recipe
    cache: Path
    journals: Path
    fresh: bool = False
    suite_options: Mapping[SideName, tuple[str, ...]] = field(default_factory=dict)
    tell: Tell = field(default=lambda _: None)
    progress: Callable[[Trials], None] | None = None


@dataclass(frozen=True)
class _Clock:
    """When the run began and must end."""

    began: float
    started: str
    deadline: float


def compare(base: Revision, head: Revision, request: Request) -> GateResult:
    """Compare two revisions.

    Raises
    ------
    NothingMeasured
        If neither side has a benchmark.
    UsageError
        If the request cannot be carried out.
    """
    clock = _clock(request.settings)
    machine = environment.snapshot()
    try:
        with _checked_out({"base": base, "head": head}, request) as trees:
            left = clock.deadline - time.monotonic()
            made = prepare(trees, request.recipe, request.cache, left, request.tell)
            benches = _benches(trees, made, request)
            patience = Patience(deadline=clock.deadline)
            found = _cases(benches, patience, request)
            journal = Journal(*_place(base, head, made, machine, request), fresh=request.fresh)
            return _measured(base, head, found, journal, clock, machine, request)
    except SideBroken as error:
        broken = Decision("every case", "time", "broken", str(error))
        return _result(base, head, (broken,), None, clock, machine)


def _clock(settings: GateSettings) -> _Clock:
    now = time.monotonic()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return _Clock(now, started, now + units.seconds(settings.budget))


@contextmanager
def _checked_out(revisions: Mapping[SideName, Revision], request: Request) -> Iterator[Trees]:
    """Check both revisions out into a folder that is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="harness-gate-")))
        tops = {
            name: stack.enter_context(checkout(request.repository, revision, folder / name))
            for name, revision in revisions.items()
        }
        yield {name: top / request.inside for name, top in tops.items()}


def _benches(
    trees: Trees, made: Mapping[SideName, SideEnvironment], request: Request
) -> tuple[Bench, ...]:
    settings = request.settings
    benches = []
    if settings.pytest:
        arguments = dict.fromkeys(SIDES, ("harness_gate", *settings.pytest))
        benches.append(Bench(_commands(arguments, trees, made, request), pytest_options(settings)))
    if settings.suites:
        agent = "harness.gate.suite_agent"
        arguments = {
            name: (agent, *settings.suites, *request.suite_options.get(name, ())) for name in SIDES
        }
        benches.append(Bench(_commands(arguments, trees, made, request)))
    return tuple(benches)


def pytest_options(settings: GateSettings) -> tuple[str, ...]:
    """Return the options that every pytest of a run is given."""
    return (f"--benchmark-max-time={units.seconds(settings.burst):g}", *settings.options)


def _commands(
    arguments: Mapping[SideName, tuple[str, ...]],
    trees: Trees,
    made: Mapping[SideName, SideEnvironment],
    request: Request,
) -> Commands:
    return {
        name: Command(
            (str(made[name].python), "-m", *arguments[name]),
            trees[name],
            made[name].path,
            threads=request.settings.threads,
        )
        for name in SIDES
    }


def _cases(benches: tuple[Bench, ...], patience: Patience, request: Request) -> Found:
    found = find_cases(benches, patience)
    if not found.names and not found.missing:
        asked = ", ".join((*request.settings.pytest, *request.settings.suites))
        raise NothingMeasured(
            f"there must be a benchmark to compare, got none in {asked} on either side; name "
            "tests that use pytest-benchmark's fixture with --pytest, or timing suites with --suite"
        )
    return found


def _place(
    base: Revision,
    head: Revision,
    made: Mapping[SideName, SideEnvironment],
    machine: Environment,
    request: Request,
) -> tuple[Path, dict[str, Any]]:
    """Return the journal's folder and header: what is compared, with what, and how."""
    header: dict[str, Any] = {
        "trees": [base.tree, head.tree],
        "inside": request.inside,
        "settings": request.settings.settings(),
        "suite_options": {side: list(more) for side, more in request.suite_options.items()},
        "locks": [made[name].lock for name in SIDES],
        "python": [str(made[name].python) for name in SIDES],
        "machine": machine.klass,
    }
    return request.journals / digest.of_value(header), header


def _measured(
    base: Revision,
    head: Revision,
    found: Found,
    journal: Journal,
    clock: _Clock,
    machine: Environment,
    request: Request,
) -> GateResult:
    notes = []
    if journal.pairs:
        rounds = 1 + journal.pairs[-1].index
        notes.append(f"goes on from an interrupted run with {rounds} rounds done")
        request.tell(notes[0])
    course = Course(
        request.settings.thresholds,
        clock.deadline,
        request.settings.budget,
        Patience(deadline=clock.deadline),
        progress=request.progress,
    )
    with journal:
        trials, partial = run(found, course, journal)
    decisions = (*trials.decisions, *found.missing)
    return _result(base, head, decisions, trials, clock, machine, partial, tuple(notes))


def _result(
    base: Revision,
    head: Revision,
    decisions: tuple[Decision, ...],
    trials: Trials | None,
    clock: _Clock,
    machine: Environment,
    partial: str = "",
    notes: tuple[str, ...] = (),
) -> GateResult:
    return GateResult(
        base=base,
        head=head,
        decisions=decisions,
        pairs=trials.pairs if trials else (),
        hardware=machine.hardware,
        environment=machine.facts,
        started=clock.started,
        elapsed=time.monotonic() - clock.began,
        partial=partial,
        notes=notes,
    )
