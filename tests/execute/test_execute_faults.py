"""Kills at random moments: of the runner, of the server of cells, of both."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from suite_texts import sources_text, suite_text, write_suite

from harness.store.store import Store

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a killed runner left is found on Linux"
)

TEXT = suite_text(
    "tiny",
    '[seeds]\ncount = 12\n[grid]\nbackend = ["numpy"]\n',
    experiment="misbehave:daemon_and_slow",
)


@pytest.fixture
def folder(tmp_path):
    write_suite(tmp_path, TEXT)
    (tmp_path / "sources.toml").write_text(sources_text())
    (tmp_path / "torch.py").write_text("raise ImportError('not here: the run starts sooner')")
    return tmp_path


def start(folder):
    command = [sys.executable, "-m", "harness", "run", "tiny.toml", "--suites", "."]
    command += ["--results", "results", "-j", "2", "--json", "out.json"]
    path = os.pathsep.join([str(folder), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": path}
    env |= {"MISBEHAVE_PIDS": str(folder / "pids"), "PWD": str(folder)}
    return subprocess.Popen(
        command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for_a_record(process, folder):
    records = folder / "results" / "tiny.jsonl"
    while process.poll() is None and not (records.exists() and records.read_bytes()):
        time.sleep(0.01)


def started(folder):
    pids = [int(line) for line in (folder / "pids").read_text().split()]
    return [pid for pid in pids if _lives(pid)]


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def nobody_left(folder, family):
    """Wait a little: who ends them was told by the end of their runner."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if not started(folder) and not any(map(_lives, family)):
            return True
        time.sleep(0.05)
    return False


def kill_runner(process):
    process.kill()


def kill_group(process):
    os.killpg(process.pid, signal.SIGKILL)


def kill_server(process):
    for child in psutil.Process(process.pid).children():
        child.kill()


def stop_server(process):
    """It is continued; a killed runner's would end all the same."""
    for child in psutil.Process(process.pid).children():
        child.suspend()


def interrupt(process):
    process.send_signal(signal.SIGINT)


def terminate(process):
    process.terminate()


def stop_server_and_kill_runner(process):
    stop_server(process)
    kill_runner(process)


GOES_ON = (kill_server, stop_server)
FAULTS = [
    *(kill_runner, kill_group, interrupt, terminate, stop_server_and_kill_runner),
    *GOES_ON,
]


def trial(folder, fault, delay):
    process = start(folder)
    wait_for_a_record(process, folder)
    time.sleep(delay)
    family = []
    if process.poll() is None:
        family = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        fault(process)
    _, err = process.communicate(timeout=250)
    assert nobody_left(folder, family), "a process outlived its cell"
    assert "Traceback" not in err
    if fault in GOES_ON:
        assert process.returncode == 0, err
    again = start(folder)
    _, err = again.communicate(timeout=250)
    assert again.returncode == 0, err
    records = Store(folder / "results").records
    assert len(records) == 12
    assert {record.status for record in records} == {"ok"}
    assert json.loads((folder / "out.json").read_text())["counts"].get("failed", 0) == 0
    assert not (folder / "results" / "running").exists()
    assert nobody_left(folder, [])


@pytest.mark.parametrize("fault", [kill_group, kill_server], ids=lambda f: f.__name__)
def test_a_kill_costs_nothing_that_was_stored_and_leaves_nobody(folder, fault):
    trial(folder, fault, 0.1)


@pytest.mark.faults
@pytest.mark.timeout(0)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("number", range(8))
def test_kills_at_random_moments(folder, fault, number):
    delay = random.Random(f"{fault.__name__}{number}").uniform(0, 1.5)  # noqa: S311
    trial(folder, fault, delay)
