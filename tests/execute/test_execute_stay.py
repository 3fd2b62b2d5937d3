"""Cells that follow each other in one process: nothing of one reaches the next."""

from dataclasses import replace
from pathlib import Path

import keepers
import pytest

from harness.execute import sharing
from harness.execute.sharing import Needs

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no process stays elsewhere"),
    pytest.mark.usefixtures("light"),
]


@pytest.fixture
def stays(runner):
    """Run cells of one function of `keepers` one after another; give their records in order."""

    def run(name, *, seeds=1, what=(), more="", reusable=True, jobs=1, **options):
        params = f"what = {list(what)}\n" if what else ""
        said = "reusable = true" if reusable else ""
        made, plan = runner(
            [name], module="keepers", seeds=seeds, more=f"{said}\n{more}", end=params, jobs=jobs,
            **options,
        )  # fmt: skip
        seen = []
        with made.store.writing():
            made.run(made.todo(plan), seen.append)
        return seen, made

    return run


def metric(records, name):
    return [record.metrics.get(name) for record in records]


def test_nothing_that_a_cell_changes_reaches_the_next(stays):
    what = [*keepers.RESTORED, *keepers.ENDED]
    records, _ = stays("changes", what=what)
    assert [record.reason for record in records] == [""] * len(what)
    assert [record.axes["what"] for record in records] == what
    for name in records[0].metrics.keys() - {"pid", "ran"}:
        assert len(set(metric(records, name))) == 1, name
    pids = metric(records, "pid")
    assert len(set(pids[: len(keepers.RESTORED) + 1])) == 1, "put back, and the process stays"
    assert len(set(pids)) == len(keepers.ENDED), "not put back, and the process ends"


def test_processes_side_by_side_take_cells_of_their_own_kinds(runner):
    made, plan = runner(
        ["prints", "fails_where_others_ran", "big"], module="keepers", seeds=4,
        more="reusable = true", jobs=2,
    )  # fmt: skip
    seen = []
    with made.store.writing():
        made.run(made.todo(plan), seen.append)
    own = [r.metrics["pid"] for r in seen if r.experiment == "keepers:prints"]
    assert len(own) == 4
    assert len(set(own)) == 1


def test_without_the_word_of_its_author_a_function_has_a_process_for_each_cell(stays):
    records, _ = stays("prints", seeds=3, reusable=False)
    assert len(set(metric(records, "pid"))) == 3


def test_each_of_many_cells_has_its_own_log_and_arrays(stays):
    records, runner = stays("prints", seeds=4)
    assert len(set(metric(records, "pid"))) == 1
    for record in records:
        assert runner.log(record).read_text() == f"seed {record.seed}\nbelow Python\n"
    records, runner = stays("big", seeds=3)
    assert [runner.store.array(record, "a")[-1] for record in records] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "name", ["fails_where_others_ran", "dies_where_others_ran", "takes_memory_where_others_ran"]
)
def test_a_bad_ending_is_believed_of_a_fresh_process_only(stays, name):
    records, _ = stays(name, seeds=3, memory=1 << 29)
    assert [(record.status, record.reason) for record in records] == [("ok", "")] * 3


def test_after_a_failure_comes_a_fresh_process(stays):
    records, _ = stays("fails_once", seeds=4)
    records.sort(key=lambda record: record.seed)
    assert [record.status for record in records] == ["ok", "failed", "ok", "ok"]
    first, _, third, fourth = metric(records, "pid")
    assert first != third == fourth


def test_rubbish_on_the_line_to_the_server_fails_its_cell_alone(stays):
    records, _ = stays("says_rubbish", seeds=2)
    assert {record.status for record in records} == {"failed"}
    assert "killed by SIGKILL" in records[0].reason
    records, _ = stays("prints", seeds=2)
    assert {record.status for record in records} == {"ok"}


def test_cells_side_by_side_stay_apart(stays):
    records, runner = stays("prints", seeds=12, jobs=2)
    assert len(set(metric(records, "pid"))) <= 2
    assert {runner.log(record).read_text().split()[1] for record in records} == {
        str(seed) for seed in range(12)
    }


def test_what_times_something_or_has_other_code_shares_no_process(runner):
    _, plan = runner(["prints"], module="keepers", more="reusable = true")
    cell = plan.cells()[0]
    own = sharing.needs(cell, {})
    assert own.kind
    assert sharing.needs(replace(cell, alone=True), {}) == Needs("", own.libraries)
    assert sharing.needs(replace(cell, reusable=False), {}).kind == ""
    edited = replace(cell.case, code={**cell.case.code, "keepers.py": "another"})
    assert sharing.needs(replace(cell, case=edited), {}).kind not in ("", own.kind)
    assert sharing.needs(replace(cell, seed=7), {}) == own
