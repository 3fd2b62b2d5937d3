"""A worker's host, without dask: what it says of itself, what it runs, how it ends."""

import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from suite_texts import load_suite, suite_text
from towns import environ, is_ours, wait_for

from harness import environment
from harness.datasets.dataset import Roots
from harness.execute.cluster import messages
from harness.execute.cluster.hosts import Host, HostEnded
from harness.execute.cluster.messages import Load
from harness.execute.protocol import Job
from harness.plan.expand import expand

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a host leaves is found on Linux"
)
CODE = messages.versions()[messages.CODE]


def yes():
    return True


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = Host(str(tmp_path_factory.mktemp("host")), environ())
    yield made
    made.close()


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    def make(experiment, count=1, *, code=CODE, files=None):
        text = suite_text(
            "tiny", '[[grid]]\nbackend = ["numpy"]\n', experiment=f"civic:{experiment}"
        )
        cells = expand(load_suite(tmp_path, text)).full.cells()
        cell = replace(cells[0], budget=30.0)
        if files is not None:
            cell = replace(cell, case=replace(cell.case, code=files))
        roots = Roots(tmp_path / "data", tmp_path / "cache")
        jobs = tuple(Job(f"j{n}", replace(cell, seed=n), roots, {}, 1) for n in range(count))
        return Load(jobs, str(tmp_path), code)

    return make


def test_it_says_what_the_machine_is_as_a_local_run_would(host):
    seen = host.look(yes)
    assert seen.environment == environment.snapshot()
    assert seen.versions == messages.versions()
    assert (
        "only on cpu" in seen.absent["numpy", "cuda"] or "cpu only" in seen.absent["numpy", "cuda"]
    )


def test_it_runs_what_it_is_sent_with_logs_and_arrays(host, load):
    back = host.carry_out(load("fine", 3), yes)
    assert [reply.name for reply in back.replies] == ["j0", "j1", "j2"]
    assert not back.lost
    assert all(reply.log == b"said by a cell\n" for reply in back.replies)
    assert back.replies[0].answer.outcome.arrays["squares"].tolist() == [0, 1, 4, 9]


def test_it_runs_nothing_of_other_code(host, load):
    back = host.carry_out(load("fine", code="another"), yes)
    assert back.refusal == "the harness's code changed there; start the worker again"
    back = host.carry_out(load("fine", files={"civic.py": "0"}), yes)
    assert back.refusal == "civic.py changed: not the files that the run began with"
    assert [reply.name for reply in host.carry_out(load("fine"), yes).replies] == ["j0"]


def test_one_that_is_killed_says_what_it_had_finished(tmp_path, load):
    host = Host(str(tmp_path), environ())
    host.look(yes)
    family = [psutil.Process(host._process.pid), *psutil.Process(host._process.pid).children()]
    asked = []

    def kill_once():
        asked.append(1)
        if len(asked) == 2:
            family[0].kill()
        return True

    back = host.carry_out(load("sleeps"), kill_once)
    assert back.lost == "the process that runs cells there ended (-9)"
    with pytest.raises(HostEnded, match="ended"):
        host.look(yes)
    host.close()
    assert wait_for(lambda: not any(map(is_ours, family)))


def test_one_that_ends_by_itself_leaves_no_process_and_no_folder(tmp_path):
    """As when its run was killed, and nobody sends it anything any more."""
    host = Host(str(tmp_path), environ())
    host.look(yes)
    process = psutil.Process(host._process.pid)
    process.terminate()
    wait_for(lambda: not process.is_running())  # which a zombie is
    wait_for(lambda: not list(tmp_path.glob("harness-*")))
    assert not host.alive
    host.close()


def test_a_load_that_nobody_wants_any_more_ends_with_its_host(tmp_path, load):
    host = Host(str(tmp_path), environ())
    began = time.monotonic()
    back = host.carry_out(load("sleeps"), lambda: time.monotonic() < began + 2.0)
    assert back.lost == "it is no longer wanted"
    host.close()
    assert not host.alive
    assert not list(tmp_path.glob("harness-*")), "its folder is gone"
