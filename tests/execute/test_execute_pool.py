"""Whatever a cell does, it becomes a record, the others run on, and nobody is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.execute import client, pool, spawn
from harness.processes import family as processes

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the cells here fork"),
    pytest.mark.usefixtures("light"),
]
linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")


def gone(pids):
    numbers = [int(line) for line in pids.read_text().split()]
    return bool(numbers) and not any(map(_lives, numbers))


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@linux
def test_what_a_cell_started_ends_with_it(outcome_of, pids):
    records, _ = outcome_of("daemon", "child", "fine")
    assert {record.status for record in records.values()} == {"ok"}
    assert gone(pids)
    servers = {client.shared().pid}
    assert not processes.children(next(iter(servers))), "the server is left with nobody"


@linux
@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("daemon_and_sleeps", "timeout", "took longer than its budget of 3 s and was killed"),
        ("daemon_and_dies", "failed", "its process was killed by SIGKILL"),
    ],
)
def test_what_a_killed_cell_started_ends_with_it(outcome_of, pids, name, status, words):
    never = [name] if status == "timeout" else []
    records, _ = outcome_of(*{name} - set(never), "fine", endless=never)
    assert (records[name].status, records["fine"].status) == (status, "ok")
    assert words in records[name].reason
    assert gone(pids)


def test_a_cell_that_ends_while_it_sends_fails_alone(outcome_of):
    records, _ = outcome_of("dies_while_sending", "fine", endless=["stops_while_sending"])
    assert records["dies_while_sending"].reason.startswith("its process was killed by SIGKILL")
    assert records["stops_while_sending"].status == "timeout"
    assert records["fine"].status == "ok"


def test_what_a_cell_raises_or_returns_is_its_reason(outcome_of):
    names = ["leaves", "interrupts", "nasty", "a_million_lines", "text_metric", "numpy_numbers"]
    records, runner = outcome_of(*names, "threads_that_never_end", "closes_everything", "reads")
    for name in names[:-1]:
        assert records[name].status == "failed"
        assert len(records[name].reason) < 3000
    assert "SystemExit: 0 (misbehave.py:" in records["leaves"].reason
    assert "KeyboardInterrupt (misbehave.py:" in records["interrupts"].reason
    assert "_Nasty: its text cannot be had" in records["nasty"].reason
    assert "\\x1b[2Jline" in records["a_million_lines"].reason
    assert "metric 'value' must be a real number, got 'abc' (str)" in records["text_metric"].reason
    fine = records["numpy_numbers"]
    assert fine.metrics == {"value": 0.5, "count": 3.0, "flag": 1.0}
    assert runner.store.array(fine, "file").shape == (3,)
    assert runner.store.array(fine, "none").shape == (0, 2)
    assert records["threads_that_never_end"].status == "ok"
    assert records["closes_everything"].status == "ok"
    assert records["reads"].status == "ok"


def test_what_cells_print_goes_to_a_log_of_their_own(outcome_of, capfd):
    records, runner = outcome_of("prints", "prints_a_lot_and_raises", "fine")
    assert capfd.readouterr() == ("", "")
    said = runner.log(records["prints"]).read_text().splitlines()
    assert sorted(said) == ["HELLO FROM A CELL", "and from a child", "and from below Python"]
    failed = records["prints_a_lot_and_raises"]
    log = runner.log(failed)
    text = log.read_text()
    assert log.stat().st_size < 2 << 20
    assert text.startswith("the beginning\n")
    assert "bytes left out" in text
    assert "Traceback (most recent call last)" in text
    assert text.rstrip().endswith("ValueError: after all that")
    assert failed.reason.startswith("ValueError: after all that (misbehave.py:")
    assert "it printed last: " in failed.reason
    assert "the \\x1b[31mend" in failed.reason
    assert not runner.log(records["fine"]).exists()


@pytest.mark.parametrize("name", ["takes_memory", "child_takes_memory"])
def test_a_bound_on_memory_holds_for_a_cell_and_its_children(outcome_of, name):
    records, _ = outcome_of(name, "fine", memory=1 << 30)
    assert records["fine"].status == "ok"
    assert records[name].status == "failed"
    assert "took more memory than its bound of 1 GiB and was killed" in records[name].reason


def test_a_suite_may_bound_memory_without_changing_its_cells(outcome_of):
    free, _ = outcome_of("fine")
    bound, _ = outcome_of("fine", more='memory = "300M"', force=True)
    assert bound["fine"].cell == free["fine"].cell
    assert bound["fine"].status == "ok"


@linux
def test_nothing_runs_beside_the_last_cell_of_a_server_that_ended(outcome_of, pids):
    killers = ["kills_its_server", "daemon_and_kills_its_server"]
    records, _ = outcome_of(killers[0], "slow", killers[1], seeds=1)
    assert records["slow"].status == "ok"
    assert {records[name].status for name in killers} == {"failed"}


@linux
def test_a_cell_that_ends_its_server_twice_fails_and_the_others_run(outcome_of, pids):
    records, _ = outcome_of("daemon_and_kills_its_server", "slow", "fine", seeds=1)
    killer = records["daemon_and_kills_its_server"]
    assert killer.status == "failed"
    assert "the process that started it ended twice" in killer.reason
    assert (records["slow"].status, records["fine"].status) == ("ok", "ok")
    assert gone(pids), "what it left came to the runner"


def test_cells_of_a_server_that_ended_once_run_again(outcome_of, pids):
    records, _ = outcome_of("stops_its_server_once", "slow")
    assert {record.status for record in records.values()} == {"ok"}


def test_a_server_that_says_no_more_is_given_up(outcome_of, monkeypatch):
    monkeypatch.setattr(pool, "_GRACE", 0.5)
    monkeypatch.setattr(client, "is_stopped", lambda _: False)  # it is mute for another reason
    outcome_of("fine")
    stopped = client.shared().pid
    os.kill(stopped, signal.SIGSTOP)
    records, _ = outcome_of("fine", force=True, budget=5.0)
    assert records["fine"].status == "ok"
    assert client.shared().pid != stopped
    assert not _lives(stopped)


@linux
def test_a_server_that_was_stopped_goes_on(outcome_of):
    outcome_of("fine")
    server = client.shared().pid
    os.kill(server, signal.SIGSTOP)
    records, _ = outcome_of("fine", "slow", force=True, budget=10_000.0)
    assert {record.status for record in records.values()} == {"ok"}
    assert client.shared().pid == server


@linux
def test_a_cell_that_stops_its_server_is_bound_all_the_same(outcome_of):
    names = ["stops_its_server", "stops_itself", "stops_everybody"]
    records, _ = outcome_of("stops_its_server_and_ends", "fine", endless=names)
    assert {records[name].status for name in names} == {"timeout"}
    assert records["stops_its_server_and_ends"].status == "ok"
    assert records["fine"].status == "ok"


@linux
def test_a_server_that_is_stopped_for_ever_costs_the_cell_that_does_it(outcome_of, monkeypatch):
    monkeypatch.setattr(client, "_LOOK", 0.05)
    name = "stops_its_server_all_the_time"
    records, _ = outcome_of(name, "fine", budget=10_000.0)
    assert records[name].status == "failed"
    assert "the process that started it ended twice" in records[name].reason
    assert records["fine"].status == "ok"


@linux
def test_a_stopped_server_goes_on_when_the_runner_is_killed(tmp_path):
    """Nobody else would: the system continues it, and it ends itself and its cells."""
    code = (
        "import os, signal; from harness.execute import client; "
        "print(client.shared().pid, flush=True); "
        "os.kill(client.shared().pid, signal.SIGSTOP); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    server = int(done.stdout)
    while _lives(server):
        time.sleep(0.01)


def test_what_is_expected_is_there_before_a_cell_starts():
    server = client.Client()
    try:
        server.expect(["wave"])
        server.prepare(["wave", "chunk"])
        assert server.events(0.0) == [], "all that it said of it has been read"
    finally:
        server.close()


def test_a_server_that_cannot_start_says_why(monkeypatch):
    client.drop()
    monkeypatch.setattr(client, "_CODE", "raise SystemExit('no such luck')")
    with pytest.raises(client.HarnessError, match="cannot start: no such luck"):
        client.shared()


def test_cells_are_the_same_where_nothing_forks(outcome_of, monkeypatch, pids):
    monkeypatch.setattr(pool, "_starter", spawn.Spawner)
    names = ["fine", "raises", "exits", "dies", "prints", "reads", "child"]
    records, runner = outcome_of(*names, budget=120.0, jobs=2, timeout=120.0)
    statuses = {name: record.status for name, record in records.items()}
    failed = dict.fromkeys(["raises", "exits", "dies"], "failed")
    fine = dict.fromkeys(["fine", "prints", "reads", "child"], "ok")
    assert statuses == {**failed, **fine}
    late, _ = outcome_of(endless=["sleeps"])
    assert late["sleeps"].status == "timeout"
    assert "HELLO FROM A CELL" in runner.log(records["prints"]).read_text()
    records, _ = outcome_of("takes_memory", memory=1 << 30, force=True)
    assert "took more memory than its bound" in records["takes_memory"].reason


def test_an_early_end_leaves_nobody(runner, tmp_path, pids):
    made, plan = runner(["daemon_and_sleeps"], jobs=1)
    todo = made.todo(plan)
    jobs = [made._job(*item) for item in todo.cells]
    running = pool._Pool(pool.Batch(tuple(jobs), 1, tmp_path), processes.children())
    running._fill()
    while not pids.exists():
        time.sleep(0.01)
    running.end()
    assert gone(pids)
    assert not running.running
