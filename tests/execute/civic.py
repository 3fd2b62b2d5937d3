"""Experiments for tests of clusters; used by dotted path."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import psutil

import harness
from harness.types import Outcome, Series


def fine(context):
    value = float(context.streams.generator("probe").standard_normal())
    print("said by a cell")  # noqa: T201 - its log comes over
    arrays = {"squares": np.arange(4) ** 2}
    return Outcome(metrics={"value": value}, series={"s": Series((0.0,), (value,))}, arrays=arrays)


def slow(context):
    time.sleep(0.3)
    return fine(context)


def sleeps(context):
    time.sleep(600)
    return Outcome()


def counted(context):
    """Leave a mark of this very execution, whose number is the metric."""
    time.sleep(0.3)
    number = int.from_bytes(os.urandom(6))
    (Path(os.environ["CIVIC"]) / f"mark-{number}").touch()
    return Outcome(metrics={"mark": float(number)})


def raises(context):
    raise ValueError("a broken experiment")


def _dask_worker():
    """Return the process of dask that this cell's host was started by."""
    chain = psutil.Process().parents()
    return next(p for p in chain if "harness.execute" not in " ".join(p.cmdline()))


def kills_its_worker(context):
    _dask_worker().kill()
    time.sleep(600)


def kills_its_worker_once(context):
    mark = Path(os.environ["CIVIC"]) / "killed"
    if not mark.exists():
        mark.touch()
        kills_its_worker(context)
    return fine(context)


def stops_its_worker_once(context):
    """Stop the worker at the first try only: it neither ends nor answers."""
    mark = Path(os.environ["CIVIC"]) / "stopped"
    if not mark.exists():
        mark.write_text(str(_dask_worker().pid))
        _dask_worker().suspend()
        time.sleep(600)
    return fine(context)


def _interval(seconds):
    folder = Path(os.environ["CIVIC"])
    begun = time.monotonic()
    time.sleep(seconds)
    (folder / f"{begun:.6f}-{os.getpid()}").write_text(f"{begun} {time.monotonic()}")


@harness.experiment(alone=True)
def alone(seed: int) -> float:
    _interval(0.3)
    return float(seed)


def where(context):
    """Say which worker it runs on: its name is an argument of it."""
    words = _dask_worker().cmdline()
    return Outcome(metrics={"worker": float(_dask_worker().pid), "words": float(len(words))})


def hangs_its_host(context):
    os.kill(os.getppid(), signal.SIGSTOP)
    return fine(context)
