"""Cells of experiments that misbehave, run in a server that starts at once."""

from dataclasses import replace
from pathlib import Path

import pytest
from suite_texts import load_suite, suite_text

from harness import environment
from harness.datasets.dataset import Roots
from harness.execute import client
from harness.execute.protocol import Job
from harness.execute.run import Options, Runner
from harness.plan.expand import expand
from harness.store.store import Store
from harness.types import Cell, Record


@pytest.fixture(scope="module")
def light():
    """Have a server of this module's own that has imported no torch: none is needed here."""
    client.drop()
    yield
    client.drop()


@pytest.fixture
def pids(tmp_path, monkeypatch):
    path = tmp_path / "pids"
    monkeypatch.setenv("MISBEHAVE_PIDS", str(path))
    return path


@pytest.fixture
def record():
    """Make a record of a cell."""

    def make(cell):
        axes = {"backend": "numpy", "device": "cpu"}
        return Record(cell, "case", "tiny", "train", axes, 0, "ok", "", "environment")

    return make


@pytest.fixture
def runner(tmp_path):
    """Make a runner and the plan of a suite of experiments."""

    def make(experiments, *, module="misbehave", seeds=1, more="", end="", **options):
        budget, jobs = options.pop("budget", 60.0), options.pop("jobs", 2)
        names = [f"{module}:{name}" for name in experiments]
        cells = f"[seeds]\ncount = {seeds}\n[grid]\nexperiment = {names}\n{end}"
        text = suite_text("tiny", f"{more}\n{cells}", experiment="misbehave:fine", budget=budget)
        roots = Roots(tmp_path / "data", tmp_path / "cache")
        chosen = Options(roots=roots, jobs=jobs, **options)
        made = Runner(Store(tmp_path / "results"), environment.snapshot(), chosen)
        return made, expand(load_suite(tmp_path, text)).full

    return make


BRIEF = 3.0
"""Seconds for what never ends by itself: enough to come as far as what is tried of it."""


@pytest.fixture
def outcome_of(runner, tmp_path):
    """Run experiments; give their records by name and the runner.

    Those that never end are named in ``endless``, so that nobody waits for them; the others have
    time enough on a busy machine.
    """

    def run(*experiments, endless=(), **options):
        made, plan = runner((*experiments, *endless), **options)
        todo, seen = made.todo(plan), []
        cells = [(name, _bounded(cell, endless)) for name, cell in todo.cells]
        with made.store.writing():
            made.run(replace(todo, cells=tuple(cells)), seen.append)
        assert len(Store(tmp_path / "results").records) >= len(experiments), "it reads back"
        assert not (tmp_path / "results" / "running").exists()
        found = {record.experiment.partition(":")[2]: record for record in seen}
        return found, made

    return run


def _bounded(cell, endless):
    ends = cell.case.experiment.partition(":")[2] not in endless
    return cell if ends else replace(cell, budget=BRIEF)


@pytest.fixture
def jobs(case):
    """Make jobs of a case."""

    def make(count, *, name="a", experiment="civic:fine", **more):
        own = replace(case, id=name, experiment=experiment, device=more.pop("device", "cpu"))
        cell = {n: more.pop(n) for n in ("alone",) if n in more}
        return [
            Job(
                f"{name}{n}",
                Cell(own, n, 0, 60.0, **cell),
                Roots(Path("d"), Path("c")),
                {},
                1,
                **more,
            )
            for n in range(count)
        ]

    return make


@pytest.fixture
def case(tmp_path):
    text = suite_text("tiny", '[[grid]]\nbackend = ["numpy"]\n', experiment="civic:fine")
    (found,) = expand(load_suite(tmp_path, text)).full.cases
    return found
