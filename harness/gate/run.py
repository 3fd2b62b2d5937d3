"""The gate from two revisions to a result: one straight line."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import SideBroken, SideLate
from harness.files import temporary_folder
from harness.gate import units
from harness.gate.couples import Commands
from harness.gate.rounds import Bench
from harness.gate.session import Session
from harness.gate.settings import GateSettings
from harness.gate.sides import project as projects
from harness.gate.sides.alike import differences
from harness.gate.sides.environments import Recipe, SideEnvironment, prepare
from harness.gate.sides.worktrees import PREFIX, checkout
from harness.gate.values import SIDES, Decision, GateResult, SideName
from harness.lockstep.process import Command
from harness.lockstep.turns import OutOfTime

Trees = Mapping[SideName, Path]
Environments = Mapping[SideName, SideEnvironment]
SUITE_AGENT = "harness.gate.suite_agent"
_LATE = "give more time with --budget; what was fetched and what was finished is kept"


@dataclass(frozen=True)
class Project:
    """The project whose revisions are compared.

    Attributes
    ----------
    repository : Path
        Top of the repository.
    inside : str
        The project's folder in it, ``"."`` for the top.
    recipe : Recipe
        How environments are made.
    cache : Path
        Where they are kept.
    suite_options : tuple of str
        Further arguments of the agent for suites.
    """

    repository: Path
    inside: str
    recipe: Recipe
    cache: Path
    suite_options: tuple[str, ...] = ()


def compare(session: Session, project: Project) -> GateResult:
    """Compare the two revisions of a session.

    A side that cannot be installed, started or collected is a result: one broken decision. One
    that was not ready in time is none, and a partial result.

    Raises
    ------
    NothingMeasured
        If neither side has a benchmark.
    UsageError
        If it cannot be carried out as asked.
    """
    try:
        with _checked_out(session, project) as trees:
            left = session.deadline - time.monotonic()
            made = prepare(trees, project.recipe, project.cache, left, session.tell)
            header = {
                "inside": project.inside,
                "suite_options": list(project.suite_options),
                "locks": [made[name].lock for name in SIDES],
                "python": [str(made[name].python) for name in SIDES],
            }
            found = session.measure(_benches(session.settings, project, trees, made), header)
            return _with_packages(found, trees, made)
    except OutOfTime:
        early = f"the budget of {session.settings.budget} ended before the first pair"
        return session.result((), partial=early)
    except SideLate as error:
        late = f"the budget of {session.settings.budget} ended while {error.side} was installed"
        return session.result((), partial=f"{late}: {_LATE}")
    except SideBroken as error:
        return session.result((Decision("every case", "time", "broken", str(error)),))


def _with_packages(result: GateResult, trees: Trees, made: Environments) -> GateResult:
    """Return a result that says what was chosen to be installed, and in what the sides differ."""
    own = [projects.name(trees[side]) for side in SIDES]
    packages = differences({side: made[side].python for side in SIDES}, own)
    texts = {made[side].chosen: side for side in reversed(SIDES)}
    notes = [
        f"installed{'' if len(texts) == 1 else f' of {texts[text]}'}, as nothing was said: {text}"
        for text in reversed(texts)
        if text
    ]
    return replace(result, notes=(*notes, *result.notes), packages=packages)


def pytest_options(settings: GateSettings) -> tuple[str, ...]:
    """Return the options that every pytest of a run is given."""
    return (f"--benchmark-max-time={units.seconds(settings.burst):g}", *settings.options)


@contextmanager
def _checked_out(session: Session, project: Project) -> Iterator[Trees]:
    """Check both revisions out into a folder that is gone afterwards."""
    revisions = {"base": session.base, "head": session.head}
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder(PREFIX))
        tops = {
            side: stack.enter_context(checkout(project.repository, revisions[side], folder / side))
            for side in SIDES
        }
        yield {side: top / project.inside for side, top in tops.items()}


def _benches(
    settings: GateSettings, project: Project, trees: Trees, made: Environments
) -> tuple[Bench, ...]:
    """Return what measures: pytest for benchmark tests, our own agent for timing suites."""

    def commands(*arguments: str, later: bool = False) -> Commands:
        return {
            side: Command(
                (str(made[side].python), "-m", *arguments),
                trees[side],
                made[side].path,
                threads=settings.threads,
                later=later,
            )
            for side in SIDES
        }

    benches = []
    if settings.pytest:
        tests = commands("harness_side.benchmarks", *settings.pytest, later=True)
        benches.append(Bench(tests, pytest_options(settings), units.seconds(settings.burst)))
    if settings.suites:
        suites = commands(SUITE_AGENT, *settings.suites, *project.suite_options)
        benches.append(Bench(suites))
    return tuple(benches)
