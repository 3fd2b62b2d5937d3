"""Experiments as strangers might write them: each leaves its process in another bad state."""

import atexit
import builtins
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from odd_outcomes import (  # noqa: F401
    a_million_metrics,
    array_that_changes,
    complex_metric,
    endless,
    endless_series,
    lying,
    newline_name,
    numbers,
    object_array,
    odd_arrays,
    raising_metric,
    record_array,
    signalling_nan,
    span_metric,
    subclass_name,
    ten_million_samples,
    text_array,
    time_metric,
    too_deep,
)

from harness.types import Outcome

FINE = Outcome(metrics={"value": 1.0})


class Hostile(BaseException):
    """Its text ends the process."""

    def __str__(self):
        os._exit(0)


class Stern(BaseException):
    pass


def good(context):
    return FINE


def replaces_stdout(context):
    sys.stdout = sys.stderr = None
    sys.stdout = io.StringIO()
    sys.stdout.close()
    return FINE


def closes_fds(context):
    for fd in (0, 1, 2):
        os.close(fd)
    return FINE


def closes_fds_and_prints_on(context):
    """A thread prints to what is open as number 1: it must not be the answer."""
    for fd in (0, 1, 2):
        os.close(fd)

    def spout():
        while True:
            for fd in (0, 1, 2):
                try:
                    os.write(fd, b"rubbish " * 1000)
                except OSError:
                    time.sleep(0)

    threading.Thread(target=spout, daemon=True).start()
    time.sleep(0.05)
    return Outcome(metrics={"value": 1.0}, arrays={f"a{n}": np.arange(1000.0) for n in range(50)})


def goes_elsewhere(context):
    os.chdir(tempfile.gettempdir())
    return FINE


def stands_nowhere(context):
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    Path(gone).rmdir()
    return FINE


def exit_0(context):
    os._exit(0)


def raises_base(context):
    raise Stern("a stern end")


def raises_generator_exit(context):
    raise GeneratorExit


def exits_with_text(context):
    raise SystemExit("nothing to see here")


def raises_group(context):
    raise BaseExceptionGroup("many", [KeyboardInterrupt(), ValueError("inner")])


def text_ends_it(context):
    raise Hostile


def threads_run_on(context):
    for _ in range(20):
        threading.Thread(target=_spin).start()
    return FINE


def _spin():
    while True:
        time.sleep(0.01)


def hook_hangs(context):
    atexit.register(time.sleep, 10_000)
    threading._register_atexit(time.sleep, 10_000)
    return FINE


def deaf(context):
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    time.sleep(10_000)


def answers_twice(context):
    pid = os.fork()
    return Outcome(metrics={"value": 1.0 if pid else 2.0})


def answers_in_the_child(context):
    """The parent ends first, without an answer."""
    if os.fork():
        os._exit(0)
    return Outcome(metrics={"value": 2.0})


def raises_in_the_child(context):
    if os.fork() == 0:
        raise ValueError("in the child")
    time.sleep(0.3)
    return FINE


def no_files(context):
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return FINE


def no_file_size(context):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return FINE


def little_memory(context):
    used = 64 << 20
    resource.setrlimit(resource.RLIMIT_AS, (used, used))
    return Outcome(metrics={"value": float(np.ones(1 << 24).sum())})


def little_time(context):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass


def deletes_its_folder(context):
    shutil.rmtree(_own_folder())
    return FINE


def a_file_for_a_folder(context):
    folder = _own_folder()
    shutil.rmtree(folder)
    folder.write_text("x")
    return FINE


def a_pipe_for_an_answer(context):
    folder = _own_folder()
    os.mkfifo(folder / "answer.json")
    os._exit(0)


def a_link_for_an_answer(context):
    (_own_folder() / "answer.json").symlink_to("/dev/zero")
    os._exit(0)


def a_false_answer(context):
    (_own_folder() / "answer.json").write_text("[" * 100_000)
    os._exit(0)


def a_huge_answer(context):
    with (_own_folder() / "answer.json").open("wb") as file:
        file.truncate(1 << 40)
    os._exit(0)


def a_huge_array(context):
    folder = _own_folder()
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (117 - len(header)) + b"\n"
    values = {"status": "ok", "reason": "", "trace": "", "wall_s": 0, "cpu_s": 0, "peak_rss": 0}
    values |= {"metrics": {}, "series": {}, "samples": {}, "digests": {}}
    values |= {"diverged": "", "arrays": ["a"]}
    (folder / "0.npy").write_bytes(b"\x93NUMPY\x01\x00\x76\x00" + header)
    (folder / "answer.json").write_text(json.dumps(values))
    os._exit(0)


def _own_folder():
    """Where the answer goes: a stranger finds it in the frames."""
    frame = sys._getframe()
    while "folder" not in frame.f_locals:
        frame = frame.f_back
    return Path(frame.f_locals["folder"])


def patches_json(context):
    json.dumps = lambda *_, **__: '{"status": "ok"}'
    return FINE


def patches_numpy(context):
    np.save = lambda *_, **__: None
    return Outcome(metrics={"value": 1.0}, arrays={"a": np.zeros(3)})


def patches_open(context):
    def refuse(*_, **__):
        raise PermissionError("no")

    builtins.open = io.open = Path.open = refuse
    return FINE


def patches_exit(context):
    os._exit = lambda code: None
    return FINE


def comet(context):
    """Leave a child that is never the same: it forks and ends, for ever."""
    if os.fork() == 0:
        while True:
            if os.fork():
                os._exit(0)
    return FINE


def comet_in_sessions(context):
    if os.fork() == 0:
        while True:
            if os.fork():
                os._exit(0)
            os.setsid()
    return FINE


def many_children(context):
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(10_000)
    return FINE


def floods(context):
    """Print without end, from a child too."""
    os.fork()
    while True:
        os.write(1, b"x" * 65_536)


def signals_its_group(context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    os.killpg(0, signal.SIGKILL)


def traces_itself(context):
    """A trace function that raises at whatever comes next."""

    def tracing(frame, event, argument):
        raise RuntimeError("traced")

    sys.settrace(tracing)
    return FINE


def alarm(context):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(10_000)


def excepthook(context):
    sys.excepthook = lambda *_: os.kill(os.getpid(), signal.SIGSTOP)
    raise ValueError("hooked")
