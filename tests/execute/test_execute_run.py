import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from suite_texts import sources_text

from harness.config.data import Data
from harness.datasets.dataset import Roots
from harness.errors import DataCorrupt
from harness.execute.cases import Sources, Todo
from harness.store.store import Store


def carry_out(runner, plan):
    seen = []
    with runner.store.writing():
        counts = runner.run(runner.todo(plan), seen.append)
    assert Counter(record.status for record in seen) == counts
    return {record.experiment.partition(":")[2]: record for record in seen}


def without_torch(folder):
    """Return variables under which a run starts in a second: it imports no torch."""
    (folder / "torch.py").write_text("raise ImportError('not here: the run starts sooner')")
    path = os.pathsep.join([str(folder), str(Path(__file__).parent)])
    return {**os.environ, "PYTHONPATH": path}


def test_every_way_to_end_becomes_a_record_and_the_others_go_on(runner):
    names = ["raises", "dies", "exits", "diverges", "skips", "sleeps", "fine"]
    records = carry_out(*runner(names, budget=3.0))
    assert set(records) == set(names)
    assert {name: record.status for name, record in records.items()} == {
        "raises": "failed",
        "dies": "failed",
        "exits": "failed",
        "diverges": "diverged",
        "skips": "skipped",
        "sleeps": "timeout",
        "fine": "ok",
    }
    assert "ValueError: a broken experiment (misbehave.py:" in records["raises"].reason
    assert "killed by SIGKILL" in records["dies"].reason
    assert "exit code 7" in records["exits"].reason
    assert "budget of 3 s" in records["sleeps"].reason
    assert records["diverges"].reason == "loss became inf at step 3"
    assert records["fine"].reason == ""


def test_records_carry_what_the_cell_left(runner):
    one, plan = runner(["fine"])
    record = carry_out(one, plan)["fine"]
    assert record.series["s"].y[0] == record.metrics["value"]
    assert list(one.store.array(record, "squares")) == [0, 1, 4, 9]
    assert record.peak_rss > 1e6
    assert record.environment in one.store.environments


def test_seeds_differ_and_a_repeated_run_is_the_same(runner):
    one, plan = runner(["fine"], seeds=3)
    with one.store.writing():
        one.run(one.todo(plan), lambda record: None)
    values = [record.metrics["value"] for record in one.store.records]
    assert len(set(values)) == 3
    again, plan = runner(["fine"], seeds=3, force=True)
    with again.store.writing():
        again.run(again.todo(plan), lambda record: None)
    assert sorted(r.metrics["value"] for r in again.store.records) == sorted(values)


def test_what_is_done_is_not_done_again_and_what_failed_is(runner):
    carry_out(*runner(["fine", "diverges", "raises"]))
    again, plan = runner(["fine", "diverges", "raises"])
    todo = again.todo(plan)
    assert todo.done == 2
    assert [cell.case.experiment for _, cell in todo.cells] == ["misbehave:raises"]


def test_a_timeout_is_tried_again_only_with_a_larger_budget(runner):
    carry_out(*runner(["sleeps"], budget=0.5))
    same, plan = runner(["sleeps"], budget=0.5)
    assert same.todo(plan).done == 1
    more, plan = runner(["sleeps"], budget=0.5, timeout=0.8)
    assert more.todo(plan).done == 0
    record = carry_out(more, plan)["sleeps"]
    assert "budget of 0.8 s" in record.reason


def test_a_case_of_which_two_cells_hang_costs_no_more_budgets(runner):
    def ended(**options):
        one, plan = runner(["sleeps", "fine"], seeds=5, jobs=1, budget=0.5, **options)
        seen = []
        with one.store.writing():
            todo = one.todo(plan)
            one.run(todo, seen.append)
        statuses = Counter(r.status for r in seen if r.experiment == "misbehave:sleeps")
        return todo, statuses, [r.reason for r in seen if r.status == "skipped"]

    _, statuses, reasons = ended()
    assert statuses == {"timeout": 2, "skipped": 3}
    assert all("2 cells of its case took longer than the budget of 0.5 s" in r for r in reasons)
    again, statuses, _ = ended()
    assert (again.done, statuses) == (2 + 5, {"skipped": 3})
    _, statuses, reasons = ended(timeout=0.6)
    assert statuses == {"timeout": 2, "skipped": 3}
    assert "the budget of 0.6 s" in reasons[0]


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_a_run_killed_half_way_is_finished_by_a_second(tmp_path, runner):
    _, plan = runner(["slow"], seeds=8)
    total = len(plan.cells())
    command = [sys.executable, "-m", "harness", "run", str(tmp_path / "tiny.toml")]
    command += ["--suites", str(tmp_path), "--results", str(tmp_path / "results"), "-j", "1"]
    env = without_torch(tmp_path)
    (tmp_path / "sources.toml").write_text(sources_text())
    first = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    records = tmp_path / "results" / "tiny.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (records.exists() and records.read_bytes()):
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = records.read_bytes()
    done = before.count(b"\n")
    assert 0 < done < total
    assert subprocess.run(command, env=env, capture_output=True).returncode == 0
    after = records.read_bytes()
    assert after.startswith(before[: before.rfind(b"\n") + 1]), "nothing stored may change"
    cells = [record.cell for record in Store(tmp_path / "results").records]
    assert len(cells) == after.count(b"\n") == total, "no cell may run twice"


@pytest.mark.skipif(os.name == "nt", reason="POSIX process groups")
def test_an_interrupt_keeps_what_is_finished_and_leaves_nobody_behind(tmp_path, runner):
    runner(["slow"], seeds=40)
    (tmp_path / "sources.toml").write_text(sources_text())
    command = [sys.executable, "-m", "harness", "run", str(tmp_path / "tiny.toml")]
    command += ["--suites", str(tmp_path), "--results", str(tmp_path / "results"), "-j", "1"]
    env = without_torch(tmp_path)
    process = subprocess.Popen(
        command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    records = tmp_path / "results" / "tiny.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (records.exists() and records.read_bytes()):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "interrupted; what was finished is stored" in err
    assert "Traceback" not in err
    assert Store(tmp_path / "results").records


def test_a_broken_data_set_fails_its_own_cases_once_each(runner, monkeypatch):
    one, plan = runner(["fine", "slow"], seeds=3)

    def read(case):
        if case.experiment.endswith("slow"):
            return one._sources._tried(Data(dataset="digits"))
        return None

    def broken(data):
        raise DataCorrupt("train.parquet: row 3: no such label")

    monkeypatch.setattr(one._sources, "of", read)
    monkeypatch.setattr(one._sources, "_read", broken)
    todo = one.todo(plan)
    assert (len(todo.cells), len(todo.broken), todo.skipped) == (3, 1, ())
    seen = []
    with one.store.writing():
        counts = one.run(todo, seen.append)
        one.run(one.todo(plan), seen.append)
    assert counts == {"ok": 3, "failed": 1}
    assert seen[0].reason == "train.parquet: row 3: no such label"
    stored = [record for record in one.store.records if record.status == "failed"]
    assert len(stored) == 1


def test_a_reader_that_raises_anything_breaks_its_data_set_only(runner, monkeypatch):
    one, _ = runner(["fine"])
    monkeypatch.setattr(one._sources, "_read", lambda data: 1 / 0)
    assert one._sources._tried(Data(dataset="digits")).reason == (
        "the data set 'digits' cannot be read: ZeroDivisionError: division by zero"
    )


def test_cells_alone_come_after_those_of_all_suites(runner):
    made, plan = runner(["fine", "raises"], module="civic", seeds=2)
    todo = made.todo(plan)
    timed = [(name, replace(cell, alone=True)) for name, cell in todo.cells[:1]]
    first, rest = replace(todo, cells=tuple(timed)), replace(todo, cells=todo.cells[1:], done=2)
    seen = []
    with made.store.writing():
        made.run(whole := sum([first, rest], Todo()), seen.append)
    assert whole.done == 2
    assert [record.cell for record in seen][-1] == timed[0][0]
    assert {record.cell for record in seen} == {name for name, _ in todo.cells}


def test_data_that_are_read_side_by_side_are_those_of_each_case(runner, tmp_path):
    (case,) = runner(["fine"])[1].cases
    cases = [
        replace(case, settings=case.settings.model_copy(update={"data": Data(dataset=name)}))
        for name in ("digits", "mnist", "digits")
    ]
    known, fresh = (Sources(Roots(tmp_path, tmp_path / "cache"), {}) for _ in range(2))
    known.read(cases)
    assert [known.of(one) for one in cases] == [fresh.of(one) for one in cases]
