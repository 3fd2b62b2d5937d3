"""What benchmarks leave behind is gone when they are, and nobody waits for it."""

import contextlib
import os
import signal
import sys
import threading
import time

import psutil
import pytest
from gate_benchmarks import PATIENT, QUICK, command, commands, project
from test_gate_lockstep import one_round

from harness.gate.collection import SideSilent, collect, collect_sides

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")

LEAVING = """
import multiprocessing as mp, os, signal, subprocess, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import pytest

LEFT = []
POOL = ProcessPoolExecutor(1, mp_context=mp.get_context("fork"))

def note(pid):
    with open("left.txt", "a") as file:
        file.write(f"{pid}\\n")

def work(n):
    return sum(range(n))

def test_executor(benchmark):
    note(POOL.submit(os.getpid).result())
    benchmark(lambda: list(POOL.map(work, [10] * 2)))

@pytest.fixture(scope="session")
def pool():
    return mp.get_context("fork").Pool(1)

def test_pool(benchmark, pool):
    note(pool.apply(os.getpid))
    benchmark(lambda: pool.map(work, [10] * 2))

def test_process(benchmark):
    child = mp.get_context("fork").Process(target=time.sleep, args=(600,))
    child.start()
    note(child.pid)
    benchmark(list)

def test_sleeping_child(benchmark):
    LEFT.append(subprocess.Popen(["sleep", "600"]))
    note(LEFT[-1].pid)
    benchmark(list)

def test_deaf_child(benchmark):
    LEFT.append(subprocess.Popen(["sh", "-c", "trap '' TERM INT HUP; while :; do sleep 600; done"]))
    note(LEFT[-1].pid)
    benchmark(list)

def test_daemon(benchmark):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            note(os.getpid())
            time.sleep(600)
        os._exit(0)
    os.wait()
    benchmark(list)

def test_thread(benchmark):
    threading.Thread(target=time.sleep, args=(600,)).start()
    benchmark(list)

def test_thread_pool(benchmark):
    LEFT.append(ThreadPoolExecutor())
    LEFT[-1].submit(time.sleep, 600)
    benchmark(list)

def test_forked_copy_that_comes_back(benchmark):
    os.fork()
    benchmark(list)

def test_deaf_itself(benchmark):
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    benchmark(list)
"""


def left(folder):
    """Return the processes noted that still run."""
    path = folder / "left.txt"
    noted = path.read_text().split() if path.exists() else []
    assert noted
    running = []
    for pid in map(int, noted):
        with contextlib.suppress(psutil.NoSuchProcess):
            running.append(psutil.Process(pid))
    return psutil.wait_procs(running, timeout=10)[1]


def test_leftovers_hinder_no_benchmark_and_outlive_none(tmp_path):
    found = one_round(commands(project(tmp_path, LEAVING)))
    assert len(found) == 10
    errors = {name: (pair.base.error, pair.head.error) for name, pair in found.items()}
    assert set(errors.values()) == {("", "")}, errors
    assert left(tmp_path) == []


TURNING = """
import os, signal, subprocess, time

def test_turns_on_who_started_it(benchmark):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open("left.txt", "a") as file:
        file.write(f"{os.getpid()}\\n{child.pid}\\n")
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)
"""


def test_a_benchmark_that_kills_its_parent_outlives_nobody(tmp_path):
    found = one_round(commands(project(tmp_path, TURNING)))
    ((_, pair),) = found.items()
    assert "was killed by SIGKILL" in pair.base.error or "was killed by SIGKILL" in pair.head.error
    assert left(tmp_path) == []


def test_a_module_that_starts_something_is_collected_at_once(tmp_path):
    start = "import os, subprocess\nCHILD = subprocess.Popen(['sleep', '600'])\n"
    text = f"{start}open('left.txt', 'a').write(f'{{CHILD.pid}}\\n')\ndef test(benchmark): ..."
    assert collect(command(project(tmp_path, text)), PATIENT, QUICK).names == (
        "bench/test_it.py::test",
    )
    assert left(tmp_path) == []


def test_pytest_that_does_not_begin_waits_for_no_thread(tmp_path):
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
    folder = project(tmp_path, thread + "raise ImportError('no table')", "conftest.py")
    with pytest.raises(SideSilent, match="no table"):
        collect(command(project(folder)), PATIENT, QUICK)


def test_an_interrupt_while_both_sides_are_asked_leaves_nobody(tmp_path):
    hang = "import os, time\nopen('left.txt', 'a').write(f'{os.getpid()}\\n')\ntime.sleep(600)"
    folder = project(tmp_path, hang)

    def interrupt():
        while not (folder / "left.txt").exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        collect_sides(commands(folder), PATIENT, QUICK)
    assert left(folder) == []
