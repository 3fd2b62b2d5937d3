"""Cells that run together: one job, an answer for each, and none lost with its group."""

from __future__ import annotations

from dataclasses import replace

import pytest
from suite_texts import LINE_FIT, load_suite, suite_text, train_text

from harness import environment
from harness.config.model import Model
from harness.datasets.dataset import Roots
from harness.execute import run as running
from harness.execute import wire, worker
from harness.execute.pool import Finished
from harness.execute.protocol import Job
from harness.execute.run import Options, Runner
from harness.execute.sharing import joined, needs, parted, run_each
from harness.execute.wire import Answer
from harness.experiments.registry import EXPERIMENTS
from harness.plan.expand import expand
from harness.store.store import Store
from harness.types import Outcome

TEXT = suite_text(
    "line",
    train_text(LINE_FIT, epochs=30, keep=["fit"]),
    """\
[seeds]
count = 3
[[grid]]
backend = ["numpy"]
lr = [0.01, 0.02]
""",
    budget=50,
)


@pytest.fixture
def plan(tmp_path):
    return expand(load_suite(tmp_path, TEXT)).full


@pytest.fixture
def jobs(plan, tmp_path) -> list[Job]:
    roots = Roots(tmp_path / "data", tmp_path / "cache")
    return [
        Job(str(number), cell, roots, {}, threads=1) for number, cell in enumerate(plan.cells())
    ]


def _runner(folder, **options) -> Runner:
    chosen = Options(roots=Roots(folder / "data", folder / "cache"), jobs=1, **options)
    return Runner(Store(folder / "results"), environment.snapshot(), chosen)


def _carry_out(runner, plan):
    seen = []
    with runner.store.writing():
        runner.run(runner.todo(plan), seen.append)
    return {record.cell: record for record in seen}


class _Pool:
    """Answers jobs as told, and keeps what it was given."""

    def __init__(self, *answers):
        self.answers, self.given = list(answers), []

    def __call__(self, jobs):
        self.given.append([job.name for job in jobs])
        for job in jobs:
            yield Finished(job, self.answers.pop(0), wall_s=6.0)


def test_a_group_has_the_time_of_all_its_cells_and_the_memory_of_one(jobs):
    jobs = [replace(job, cell=replace(job.cell, memory=10**9)) for job in jobs]
    group = joined(jobs)
    assert (group.cell.budget, group.cell.memory) == (50.0 * len(jobs), 10**9)
    assert parted(group) == jobs
    assert joined(jobs[:1]) is jobs[0]


def test_every_cell_of_a_group_has_its_own_answer_and_an_equal_part_of_the_time(jobs):
    parts = {job.name: Answer("ok", job.name) for job in jobs}
    pool, failed = _Pool(Answer("ok", parts=parts, wall_s=3.0, cpu_s=1.5, peak_rss=7)), []
    ended = list(run_each(pool, [joined(jobs)], failed.append))
    assert [one.job for one in ended] == jobs
    for one in ended:
        answer = one.answer
        assert (answer.reason, answer.mode) == (one.job.name, "together")
        assert (answer.wall_s, answer.cpu_s, answer.peak_rss) == (0.5, 0.25, 7)
    assert not failed


@pytest.mark.parametrize("answer", [None, Answer("failed", "it broke")])
def test_the_cells_of_a_group_that_failed_run_by_themselves(jobs, answer):
    single = Answer("ok")
    pool, failed = _Pool(answer, single, *[single] * 5), []
    ended = list(run_each(pool, [joined(jobs[:5]), jobs[5]], failed.append))
    assert pool.given == [["0", "5"], ["0", "1", "2", "3", "4"]]
    assert [one.job.name for one in ended] == ["5", "0", "1", "2", "3", "4"]
    assert all(one.answer is single for one in ended)
    assert [one.answer for one in failed] == [answer]


def test_parts_of_an_answer_come_back(tmp_path):
    outcome = Outcome(metrics={"m": 1.0})
    parts = {"a": Answer("ok", outcome=outcome), "b": Answer("failed", "no")}
    wire.write(Answer("ok", parts=parts), tmp_path)
    assert wire.read(tmp_path).parts == parts


def test_a_part_that_is_gone_makes_no_answer(tmp_path):
    wire.write(Answer("ok", parts={"a": Answer("ok"), "b": Answer("ok")}), tmp_path)
    (tmp_path / "1" / wire.ANSWER).unlink()
    with pytest.raises(wire.Unreadable, match="2 cells ran together, and 1 have an answer"):
        wire.read(tmp_path)


def test_a_member_that_fails_at_its_end_fails_alone(jobs, monkeypatch):
    train = EXPERIMENTS.get("train")

    def broken():
        raise ValueError("no such thing")

    def run_together(contexts):
        return [broken, *train.run_together(contexts)[1:]]

    monkeypatch.setattr(
        worker.experiments, "of", lambda _case: replace(train, run_together=run_together)
    )
    answer = worker.judged(joined(jobs))
    assert [part.status for part in answer.parts.values()] == ["failed", *["ok"] * 5]
    assert "no such thing" in answer.parts["0"].reason


def test_records_are_those_of_the_cells_alone(plan, tmp_path, light):
    found = [
        _carry_out(_runner(tmp_path / name, one_by_one=alone), plan)
        for name, alone in (("together", False), ("alone", True))
    ]
    together, alone = found
    assert together.keys() == alone.keys()
    for cell, record in together.items():
        other = alone[cell]
        assert (record.mode, other.mode) == ("together", "")
        for name in ("case", "seed", "status", "budget", "axes", "metrics", "series", "digests"):
            assert getattr(record, name) == getattr(other, name), name
        assert list(record.arrays) == list(other.arrays)
    stored = Store(tmp_path / "together" / "results")
    assert {record.mode for record in stored.records} == {"together"}
    assert not _runner(tmp_path / "together").todo(plan).cells, "they are done"


def test_a_group_that_takes_too_much_memory_costs_no_cell_its_result(
    plan, tmp_path, light, monkeypatch
):
    def bounded(jobs):  # a bound that no process can keep
        group = joined(jobs)
        return replace(group, cell=replace(group.cell, memory=1)) if group.members else group

    monkeypatch.setattr(running, "joined", bounded)
    runner = _runner(tmp_path)
    records = _carry_out(runner, plan)
    assert [record.status for record in records.values()] == ["ok"] * 6
    assert {record.mode for record in records.values()} == {""}
    ((reason, cells),) = runner.failed_groups.items()
    assert cells == 6
    assert "more memory than its bound" in reason


@pytest.mark.parametrize(
    ("backend", "activation", "expected"),
    [("numpy", "relu", False), ("numpy", "gelu", True), ("torch", "gelu", False)],
)
def test_only_numpys_gelu_has_scipy_imported_before_its_cells(plan, backend, activation, expected):
    (cell, *_) = plan.cells()
    model = Model(hidden=(4,), activation=activation)
    settings = cell.case.settings.model_copy(update={"model": model})
    case = replace(cell.case, backend=backend, settings=settings)
    libraries = needs(replace(cell, case=case), {}).libraries
    assert ("scipy.special" in libraries) is expected
