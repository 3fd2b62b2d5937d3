"""Requests to end wait for what has to be put away."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from harness.processes.interrupts import postponed


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
from harness.processes.interrupts import postponed
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
