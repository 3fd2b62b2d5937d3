"""Experiments that end in every way a cell can end; used by dotted path."""

import os
import signal
import time

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
