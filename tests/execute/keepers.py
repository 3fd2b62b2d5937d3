"""Experiments that change what a process keeps, for cells that follow each other in one.

Each first tells what it finds, then changes one thing: the next cell must find none of it.
"""

import decimal
import gc
import locale
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from harness.types import Outcome

RAN = []
KEPT = []


def _found():
    """Return numbers that differ where anything is not as a fresh process has it."""
    found = {
        "random": random.random(),  # noqa: S311 - what is kept
        "draw": np.random.rand(),  # noqa: NPY002
        "threads": sum(one["num_threads"] for one in threadpool_info()),
        "folder": hash(Path.cwd()),
        "environment": hash(tuple(sorted(os.environ.items()))),
        "warnings": len(warnings.filters),
        "handlers": hash(tuple(str(signal.getsignal(n)) for n in signal.valid_signals())),
        "errors": hash(str(np.geterr())),
        "path": hash(tuple(sys.path)),
        "umask": os.umask(0o022),
        "recursion": sys.getrecursionlimit(),
        "precision": decimal.getcontext().prec,
        "streams": float(sys.stdout is sys.__stdout__),
        "level": logging.getLogger().level,
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0],
        "gc": float(gc.isenabled()),
        "children": len(Path("/proc/self/task", str(os.getpid()), "children").read_text().split()),
        "python_threads": threading.active_count(),
        "affinity": len(os.sched_getaffinity(0)),
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "temporary": hash(tempfile.gettempdir()),
    }
    os.umask(int(found["umask"]))
    return found


def _seeds():
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002


def _environment():
    os.environ["HARNESS_KEPT"] = "1"
    os.environ.pop("HOME", None)


def _streams():
    sys.stdout = sys.stderr


def _patched():
    random.random = lambda: 0.5


def _child():
    subprocess.Popen(["sleep", "300"])


def _thread():
    threading.Thread(target=time.sleep, args=(300,), daemon=True).start()


def _limited():
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _memory():
    KEPT.extend(np.ones(1 << 23) for _ in range(6))  # 384 MiB


RESTORED = {
    "nothing": lambda: None,
    "seeds": _seeds,
    "threads": lambda: threadpool_limits(limits=2),
    "folder": lambda: os.chdir("/"),
    "environment": _environment,
    "warnings": lambda: warnings.simplefilter("error"),
    "handlers": lambda: signal.signal(signal.SIGTERM, lambda *_: None),
    "errors": lambda: np.seterr(all="raise"),
    "path": lambda: sys.path.insert(0, "/nowhere"),
    "umask": lambda: os.umask(0o077),
    "recursion": lambda: sys.setrecursionlimit(5000),
    "streams": _streams,
    "level": lambda: logging.getLogger().setLevel(1),
    "alarm": lambda: signal.setitimer(signal.ITIMER_REAL, 600),
    "gc": gc.disable,
    "affinity": lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    "blocked": lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}),
    "temporary": lambda: setattr(tempfile, "tempdir", "/"),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C"),
}
ENDED = {
    "precision": lambda: setattr(decimal.getcontext(), "prec", 3),
    "patched": _patched,
    "child": _child,
    "thread": _thread,
    "limited": _limited,
    "memory": _memory,
    "streams_closed": lambda: os.close(0),
}


def changes(context, what: str = "nothing"):
    found = _found()
    {**RESTORED, **ENDED}[what]()
    RAN.append(context)
    return Outcome(metrics={**found, "pid": os.getpid(), "ran": len(RAN)})


def prints(context):
    print("seed", context.streams.repetition, flush=True)  # noqa: T201 - what is tried
    os.write(2, b"below Python\n")
    return Outcome(metrics={"pid": os.getpid()})


def fails_where_others_ran(context):
    RAN.append(context)
    if len(RAN) > 1:
        raise ValueError(f"{len(RAN)} cells ran here")
    return Outcome(metrics={"pid": os.getpid()})


def dies_where_others_ran(context):
    RAN.append(context)
    if len(RAN) > 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(metrics={"pid": os.getpid()})


def takes_memory_where_others_ran(context):
    RAN.append(context)
    if len(RAN) > 1:
        KEPT.append(np.ones(1 << 27))  # 1 GiB
        time.sleep(300)
    return Outcome(metrics={"pid": os.getpid()})


def fails_once(context):
    if context.streams.repetition == 1:
        raise ValueError("the second seed fails")
    return Outcome(metrics={"pid": os.getpid()})


def says_rubbish(context):
    """Write to whatever is open, the line to the server too."""
    for link in Path("/proc/self/fd").iterdir():
        try:
            if "socket" in str(link.readlink()):
                os.write(int(link.name), b"rubbish\n")
        except OSError:
            continue
    time.sleep(0.2)
    return Outcome(metrics={"pid": os.getpid()})


def big(context):
    return Outcome(
        metrics={"pid": os.getpid()},
        arrays={"a": np.full(1 << 20, float(context.streams.repetition))},
    )
