"""Experiments that end in every way a cell can end; used by dotted path."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from harness.errors import Skip
from harness.types import Outcome, Series


def fine(context):
    value = float(context.streams.generator("probe").standard_normal())
    arrays = {"squares": np.arange(4) ** 2}
    return Outcome(metrics={"value": value}, series={"s": Series((0.0,), (value,))}, arrays=arrays)


def raises(context):
    raise ValueError("a broken experiment")


def diverges(context):
    return Outcome(metrics={"value": float("inf")}, diverged="loss became inf at step 3")


def dies(context):
    os.kill(os.getpid(), signal.SIGKILL)


def exits(context):
    os._exit(7)


def sleeps(context):
    time.sleep(600)
    return Outcome()


def skips(context):
    raise Skip("nothing to measure here")


def slow(context):
    time.sleep(0.3)
    return fine(context)


def _note(pid):
    with Path(os.environ["MISBEHAVE_PIDS"]).open("a") as file:
        file.write(f"{pid}\n")


def child(context):
    """Leave a child that sleeps."""
    if os.fork() == 0:
        time.sleep(300)
        os._exit(0)
    return fine(context)


def daemon(context):
    """Leave a daemon: out of the session, its parent ended, streams closed, signals ignored."""
    if (between := os.fork()) == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.closerange(0, 3)
            _note(os.getpid())
            time.sleep(300)
        os._exit(0)
    os.waitpid(between, 0)
    _wait_for_note()
    return fine(context)


def daemon_and_sleeps(context):
    daemon(context)
    return sleeps(context)


def daemon_and_dies(context):
    daemon(context)
    return dies(context)


def daemon_and_kills_its_server(context):
    daemon(context)
    return kills_its_server(context)


def _wait_for_note():
    path = Path(os.environ["MISBEHAVE_PIDS"])
    while not (path.exists() and path.stat().st_size):
        time.sleep(0.01)


def kills_its_server(context):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(300)


def stops_its_server_once(context):
    """Kill the server at the first try only."""
    if not Path(os.environ["MISBEHAVE_PIDS"]).exists():
        _note(os.getpid())
        kills_its_server(context)
    return fine(context)


def stops_its_server(context):
    """Stop the server of cells; it must be continued, or nobody ends this cell."""
    os.kill(os.getppid(), signal.SIGSTOP)
    return sleeps(context)


def stops_its_server_and_ends(context):
    os.kill(os.getppid(), signal.SIGSTOP)
    return fine(context)


def stops_its_server_all_the_time(context):
    while True:
        os.kill(os.getppid(), signal.SIGSTOP)


def stops_itself(context):
    os.kill(os.getpid(), signal.SIGSTOP)


def stops_everybody(context):
    """Stop the session: this process, and a child that would have run on."""
    if os.fork() == 0:
        time.sleep(300)
        os._exit(0)
    os.killpg(0, signal.SIGSTOP)


def prints(context):
    print("HELLO FROM A CELL")  # noqa: T201 - what is tried
    os.write(1, b"and from below Python\n")
    subprocess.run(["sh", "-c", "echo and from a child >&2"], check=True)
    return fine(context)


def prints_a_lot_and_raises(context):
    os.write(1, b"the beginning\n")
    for _ in range(64):
        os.write(1, b"x" * (1 << 20))
    os.write(1, b"\nthe \x1b[31mend\n")
    raise ValueError("after all that")


def reads(context):
    assert sys.stdin.read() == ""
    return fine(context)


def takes_memory(context):
    kept = [np.ones(1 << 20) for _ in range(192)]  # 1.5 GiB, far beyond the bound
    time.sleep(300)
    return kept


def child_takes_memory(context):
    code = "import time; kept = bytearray(b'x') * (3 << 29); time.sleep(300)"
    subprocess.run([sys.executable, "-c", code], check=True)


def dies_while_sending(context):
    threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    return Outcome(arrays={f"a{n}": np.zeros(1 << 20) for n in range(1000)})


def stops_while_sending(context):
    threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()
    return Outcome(arrays={f"a{n}": np.zeros(1 << 20) for n in range(1000)})


def leaves(context):
    raise SystemExit(0)


def interrupts(context):
    raise KeyboardInterrupt


class _Nasty(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def nasty(context):
    raise _Nasty


def a_million_lines(context):
    raise ValueError("\x1b[2Jline\n" * 1_000_000)


def text_metric(context):
    return Outcome(metrics={"value": "abc"})


def numpy_numbers(context):
    return Outcome(
        metrics={"value": np.float32(0.5), "count": np.int64(3), "flag": np.True_},
        series={"s": Series(np.arange(3), np.arange(3.0))},
        samples={"t": np.arange(2.0)},
        arrays={"file": np.zeros(3), "allow_pickle": np.arange(2), "none": np.zeros((0, 2))},
    )


def threads_that_never_end(context):
    threading.Thread(target=time.sleep, args=(300,)).start()
    return fine(context)


def closes_everything(context):
    os.closerange(0, 1024)
    return fine(context)


def daemon_and_slow(context):
    """Leave a daemon of each kind, and take a while."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            _note(os.getpid())
            time.sleep(300)
        os._exit(0)
    return slow(context)
