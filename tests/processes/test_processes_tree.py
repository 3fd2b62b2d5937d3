import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from harness.processes import family
from harness.processes import tree as trees
from harness.processes.tree import Tree, postponed

PREPARED = r"""
import multiprocessing, os, signal, subprocess, sys, time
from concurrent.futures import ProcessPoolExecutor
FORK = multiprocessing.get_context("fork")
SLEEP = ["sleep", "600"]
def tell(number): os.write(1, b"%d\n" % number)  # at once: others write to the line, too
"""
LEFT = {
    "sleeping child": "tell(subprocess.Popen(SLEEP).pid)",
    "child with a session": "tell(subprocess.Popen(SLEEP, start_new_session=True).pid)",
    "deaf child": """
subprocess.Popen(["sh", "-c", "trap '' TERM INT HUP; echo $$; while :; do sleep 600; done"])
""",
    "stopped child": """
child = subprocess.Popen(SLEEP)
child.send_signal(signal.SIGSTOP)
tell(child.pid)
""",
    "pool": """
POOL = ProcessPoolExecutor(1, mp_context=FORK)
tell(POOL.submit(os.getpid).result())
""",
    "process of multiprocessing": """
child = FORK.Process(target=time.sleep, args=(600,))
child.start()
tell(child.pid)
""",
}
ORPHANED = {
    "daemon": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        tell(os.getpid())
        time.sleep(600)
    os._exit(0)
os.wait()
""",
    "grandchild": 'subprocess.run(["sh", "-c", "sleep 600 & echo $!"])',
    "grandchild with a session": 'subprocess.run(["sh", "-c", "setsid sleep 600 & echo $!"])',
}
ENDINGS = {
    "by itself": ("sys.exit(3)", 3),
    "by a signal": ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
}
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="what is left here is made by fork")


def tree(*codes):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return Tree([sys.executable, "-c", PREPARED + "\n".join(codes)], **pipes)


def told(stream, count=1):
    """Return the processes named in the next lines of a stream."""
    return [psutil.Process(int(stream.readline())) for _ in range(count)]


def gone(found):
    return psutil.wait_procs(found, timeout=300)[1] == []


@LINUX
def test_what_a_command_leaves_ends_when_the_tree_is_told_to():
    everything = [*LEFT.values(), *ORPHANED.values()]
    with tree(*everything, "time.sleep(600)") as made:
        found = told(made.process.stdout, len(everything))
        made.end()
        assert gone(found)
        assert made.process.poll() == -signal.SIGKILL
        made.end()  # twice is once


@LINUX
def test_what_a_command_leaves_ends_with_it_and_the_line_is_closed():
    everything = [*LEFT.values(), *ORPHANED.values()]
    with tree(*everything, "sys.stdin.readline()\nos._exit(5)") as made:
        found = told(made.process.stdout, len(everything))
        made.process.communicate("go\n", timeout=300)
        assert gone(found)
        assert made.process.returncode == 5


@pytest.mark.parametrize("how", ENDINGS)
def test_the_exit_is_that_of_the_command(how):
    code, expected = ENDINGS[how]
    with tree("print('said', flush=True)", code) as made:
        assert made.process.communicate(timeout=300)[0] == "said\n"
        assert made.process.returncode == expected


@LINUX
def test_a_command_that_is_not_there_says_so(tmp_path):
    missing = str(tmp_path / "nosuch")
    with Tree([missing], stderr=subprocess.PIPE, text=True) as made:
        assert made.process.communicate(timeout=300)[1] == f"{missing}: No such file or directory\n"
        assert made.process.returncode == 127


@LINUX
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGTERM, signal.SIGSTOP])
def test_a_command_that_turns_on_its_supervisor_ends_with_all_it_started(number):
    everything = [*LEFT.values(), *ORPHANED.values()]
    turn = f"tell(os.getpid())\nsys.stdin.readline()\nos.kill(os.getppid(), {int(number)})"
    with (
        tree(*everything, turn, "time.sleep(600)") as made,
        tree("tell(os.getpid())\nsys.stdin.readline()") as other,
    ):
        found = told(made.process.stdout, len(everything) + 1)
        told(other.process.stdout)
        beside = subprocess.Popen(["sleep", "600"])
        made.process.stdin.write("go\n")
        made.process.stdin.close()
        if number != signal.SIGSTOP:
            made.process.wait(300)
        made.end(grace=0.5 if number == signal.SIGSTOP else trees.GRACE)
        assert gone(found)
        assert other.process.poll() is beside.poll() is None  # nobody else's
        beside.kill()
        beside.wait()
        other.process.communicate("go\n", timeout=300)
        assert other.process.returncode == 0


@LINUX
def test_a_command_ends_with_its_supervisor_before_the_tree_is_told_to():
    with tree("tell(os.getpid())\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(600)") as made:
        assert gone(told(made.process.stdout))


@LINUX
def test_a_tree_that_has_ended_leaves_adoption_as_it_was():
    before = list(family._adopters)
    with tree("pass") as made:
        made.process.communicate(timeout=300)
    made.end()
    with pytest.raises(FileNotFoundError):
        Tree(["sh"], cwd="/nosuch")
    assert family._adopters == before


@LINUX
def test_a_tree_ends_with_whoever_started_it():
    start = """
from harness.processes.tree import Tree
made = Tree(["sh", "-c", "echo $$; sleep 600"])
time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", PREPARED + start], stdout=subprocess.PIPE, text=True
    ) as owner:
        found = told(owner.stdout)
        owner.kill()
    assert gone(found)


def test_a_tree_without_a_supervisor_ends_too(monkeypatch):
    monkeypatch.setattr(trees, "_SUPERVISED", False)
    with tree(*LEFT.values(), "time.sleep(600)") as made:
        found = told(made.process.stdout, len(LEFT))
        made.end()
        assert gone(found)
        assert made.process.poll() == -signal.SIGKILL


def test_an_interrupt_comes_after_the_block():
    done = []

    def interrupted():
        with postponed():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("put away")
        done.append("went on")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == ["put away"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_block_is_not_lost():
    def failing():
        with postponed():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("cannot remove it")

    with pytest.raises(KeyboardInterrupt) as found:
        failing()
    assert isinstance(found.value.__context__, ValueError)


@pytest.mark.skipif(os.name == "nt", reason="signals end a process otherwise there")
def test_a_request_to_end_is_obeyed_after_the_block():
    code = """
import os, signal
from harness.processes.tree import postponed
with postponed():
    os.kill(os.getpid(), signal.SIGTERM)
    print("put away", flush=True)
print("went on", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "put away\n")


def test_in_another_thread_nothing_waits():
    ran = []

    def work():
        with postponed():
            ran.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [signal.getsignal(signal.SIGINT)]
