"""A cell of the harness against the same call in a fresh process without it.

``python tests/benchmarks/clock.py`` (or ``nox -s clock``) times every variant of every kernel,
small and large, in both ways, in turns and in random order, and prints the ratio of their medians
with its 95 % interval, and the ratio of the fastest processes of each way: a machine that gives a
process one of two speeds, as shared ones do, widens the first and hardly moves the second. Where
the clock of a cell is alone both are 1: the reference that the cell computes, the other library's
threads and the cell's own process cost its times nothing. Exit code 1 says that some ratio lies
outside of 0.9 to 1.1 with its whole interval, and that of the fastest does, too.

A pair counts when neither process had to wait for a processor; with ``--all`` every pair counts.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import backends
from harness.alone import was_alone
from harness.config.experiments import Settings, Timing
from harness.datasets.dataset import Roots
from harness.execute.pool import Batch, run_all
from harness.execute.protocol import Job
from harness.experiments.timing.kernels import KERNELS
from harness.statistics.signed_rank import centre, centre_interval
from harness.timing import WAITED
from harness.types import Case, Cell, Record

APART = 0.1
WARMUP, REPEATS = 2, 15
# After the idle moment before its clock a cell finds caches and processor cold, a bare process
# does not; what takes microseconds is called until that is over.
WARMUP_SMALL, REPEATS_SMALL = 200, 300
# Work of some tens of microseconds and of some tens of milliseconds, loops in Python less.
SIZES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "conv2d_forward": ({"n": 1, "side": 12}, {"n": 10}),
    "conv2d_backward": ({"n": 1, "side": 12}, {"n": 10}),
    "data_loader": ({"examples": 500}, {"examples": 5000}),
    "forward": ({"n": 16, "d": 64, "depth": 1}, {"n": 512, "d": 784, "depth": 2}),
    "hinge_loss": ({"n": 50, "d": 64}, {"n": 1000}),
    "linear": ({"n": 16, "d": 64}, {"n": 2000}),
    "matmul": ({"n": 64}, {"n": 500}),
    "inverse": ({"n": 64}, {"n": 700}),
    "least_squares": ({"n": 200, "d": 10}, {"n": 4000, "d": 200}),
    "recurrent": ({"n": 4, "length": 10, "d": 16, "hidden_units": 16}, {}),
    "scaled_gradients": ({"n": 4, "d": 32, "units": 32}, {}),
}
SLOW = {("conv2d_forward", "naive"), ("conv2d_backward", "naive"), ("matmul", "loops")}
"""Timed small only."""

KEPT = {"MALLOC_MMAP_THRESHOLD_": str(1 << 27), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
"""Both ways keep the memory they free. By default glibc hands it back after a call or does not, by
what the process did before: for that alone a convolution of ten images takes 2.3 or 0.9 ms."""

FRAME = """
import glob, statistics, time
{setup}
def waited():
    files = glob.glob("/proc/self/task/*/schedstat")
    return sum(int(open(file).read().split()[1]) for file in files) / 1e9
for _ in range({warmup}):
    call()
seconds, before = [], waited()
for _ in range({repeats}):
    start = time.perf_counter()
    call()
    seconds.append(time.perf_counter() - start)
print(statistics.median(seconds), (waited() - before) / sum(seconds))
"""
# Plain library calls, written out without the harness.
NUMPY = "import numpy as np\ndraw = np.random.default_rng(0).standard_normal\n"
TORCH = "import torch\ndraw = lambda *shape, **kind: torch.randn(*shape, **kind)\n"
WRITTEN: Mapping[tuple[str, str, str], str] = {
    ("matmul", "matmul", "numpy"): NUMPY
    + "a, b = (draw(({n}, {n})).astype('float32') for _ in 'ab')\ncall = lambda: a @ b",
    ("matmul", "matmul", "torch"): TORCH
    + "a, b = draw({n}, {n}), draw({n}, {n})\ncall = lambda: a @ b",
    ("inverse", "inverse", "numpy"): NUMPY
    + "m = np.eye({n}) + draw(({n}, {n})) / {n}\ncall = lambda: np.linalg.inv(m)",
    ("inverse", "inverse", "torch"): TORCH
    + "m = torch.eye({n}).double() + draw({n}, {n}, dtype=torch.float64) / {n}\n"
    + "call = lambda: torch.linalg.inv(m)",
    ("linear", "operators", "numpy"): NUMPY
    + "shapes = ({n}, {d}), ({outputs}, {d}), ({outputs},)\n"
    + "x, w, b = (draw(shape).astype('float32') for shape in shapes)\n"
    + "call = lambda: x @ w.T + b",
    ("linear", "operators", "torch"): TORCH
    + "x, w, b = draw({n}, {d}), draw({outputs}, {d}), draw({outputs})\n"
    + "call = lambda: x @ w.T + b",
    ("linear", "functional", "torch"): TORCH
    + "x, w, b = draw({n}, {d}), draw({outputs}, {d}), draw({outputs})\n"
    + "call = lambda: torch.nn.functional.linear(x, w, b)",
    ("conv2d_forward", "native", "torch"): TORCH
    + "x, w, b = draw({n}, {channels}, {side}, {side}), "
    + "draw({filters}, {channels}, {window}, {window}), draw({filters})\n"
    + "call = lambda: torch.nn.functional.conv2d(x, w, b, {stride}, {pad})",
}
# The others take the call from the table of kernels, and nothing else of the harness.
BORROWED = """
import numpy as np
from harness import backends
from harness.experiments.timing.kernels import KERNELS
from harness.experiments.timing.kernels import Setup
kernel, backend = KERNELS.get({kernel!r}), backends.get({backend!r})
params = kernel.params(**{params!r})
arrays = kernel.inputs(params, np.random.default_rng(0))
call = kernel.variants[{backend!r}][{variant!r}](Setup(backend, "cpu", params, arrays))
"""


@dataclass(frozen=True)
class Thing:
    """What is timed: a variant of a kernel at a size."""

    kernel: str
    variant: str
    backend: str
    size: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.kernel} {self.variant}, {self.backend}, {self.size}"

    @property
    def written(self) -> bool:
        """Whether the bare process knows nothing of the harness."""
        return (self.kernel, self.variant, self.backend) in WRITTEN

    @property
    def counts(self) -> tuple[int, int]:
        """Calls that are discarded, and those that are timed."""
        brief = self.size == "small" and (self.kernel, self.variant) not in SLOW
        return (WARMUP_SMALL, REPEATS_SMALL) if brief else (WARMUP, REPEATS)

    @property
    def program(self) -> str:
        """The bare process."""
        values = {name: getattr(self, name) for name in ("kernel", "variant", "backend")}
        setup = BORROWED.format(**values, params=dict(self.params))
        if self.written:
            whole = KERNELS.get(self.kernel).params(**self.params).model_dump()
            setup = WRITTEN[self.kernel, self.variant, self.backend].format(**whole)
        # A cell makes the call once more, to hold its results to the reference.
        warmup, repeats = self.counts
        return FRAME.format(setup=setup, warmup=warmup + 1, repeats=repeats)

    @property
    def job(self) -> Job:
        """The cell."""
        asked = {"workload": "kernel", "kernel": self.kernel, "variant": self.variant}
        warmup, repeats = self.counts
        timing = Timing.model_validate({**asked, "warmup": warmup, "repeats": repeats})
        settings = Settings(timing=timing, params=dict(self.params))
        case = Case(str(self), "clock", "timing", self.backend, "cpu", {}, settings)
        cell = Cell(case, 0, 0, 120.0, alone=True)
        return Job(str(self), cell, Roots.find(None), {}, os.cpu_count() or 1)


@dataclass(frozen=True)
class Reading:
    """Seconds of one way, and whether it was alone."""

    seconds: float
    alone: bool


def things(words: Sequence[str]) -> Iterator[Thing]:
    """Yield every variant at both sizes; only those whose name has one of `words`, if any."""
    for kernel, sizes in SIZES.items():
        for backend, variants in KERNELS.get(kernel).variants.items():
            for variant in variants:
                for size, params in zip(("small", "large"), sizes, strict=True):
                    left_out = size == "large" and (kernel, variant) in SLOW
                    double = {"precision": "float64"} if variant == "numerical" else {}
                    thing = Thing(kernel, variant, backend, size, {**params, **double})
                    chosen = not words or any(word in str(thing) for word in words)
                    if chosen and not left_out and backends.get(backend).absent("cpu") is None:
                        yield thing


def bare(thing: Thing) -> Reading:
    """Time a fresh process."""
    command = [sys.executable, "-c", thing.program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, waited = map(float, done.stdout.split())
    return Reading(seconds, waited <= WAITED)


def cell(thing: Thing) -> Reading:
    """Time a cell of the harness."""
    with tempfile.TemporaryDirectory() as folder:
        (finished,) = run_all(Batch((thing.job,), 1, Path(folder) / "cells"))
    answer = finished.answer
    if answer is None or answer.status != "ok":
        raise SystemExit(f"{thing}: {finished.died or (answer and answer.reason)}")
    metrics, samples = answer.outcome.metrics, answer.outcome.samples
    record = Record("", "", "", "timing", {}, 0, "ok", "", "", metrics=metrics, samples=samples)
    return Reading(metrics["seconds"], was_alone(record))


Pair = tuple[float, float]
"""Seconds of a cell and of a bare process."""


def pairs_of(thing: Thing, pairs: int, *, every: bool) -> tuple[list[Pair], int]:
    """Return the pairs that count, and how many were tried."""
    found, tried = list[Pair](), 0
    while len(found) < pairs and tried < 3 * pairs:
        ways = [cell, bare]
        random.shuffle(ways)
        taken = {way: way(thing) for way in ways}
        tried += 1
        if every or all(reading.alone for reading in taken.values()):
            found.append((taken[cell].seconds, taken[bare].seconds))
    return found, tried


def verdict(low: float, high: float, fastest: float) -> str:
    """Say where the interval of a ratio lies, and that of the fastest processes."""
    if low >= 1 - APART and high <= 1 + APART:
        return "within"
    apart = high < 1 - APART or low > 1 + APART
    return "APART" if apart and abs(fastest - 1) > APART else "open"


def line(thing: Thing, pairs: int, *, every: bool) -> str:
    """Measure one thing and say what came of it."""
    found, tried = pairs_of(thing, pairs, every=every)
    if not found:
        return f"{thing!s:52} never alone in {tried} pairs"
    # As the gate judges pairs: the Hodges-Lehmann centre of the logarithms, and its interval.
    cells, bares = np.transpose(found)
    logs = np.log(cells / bares)
    interval = centre_interval(logs)
    low, high = math.exp(interval.low), math.exp(interval.high)
    fastest = cells.min() / bares.min()
    kind = "written out" if thing.written else "borrowed"
    ratio = f"{math.exp(centre(logs)):5.2f} [{low:.2f}, {high:.2f}]"
    return (
        f"{thing!s:52} {np.median(bares) * 1e3:9.3f} ms  {ratio}  fastest {fastest:.2f}  "
        f"{verdict(low, high, fastest):6}  {len(found)} of {tried} pairs, {kind}"
    )


def main() -> None:
    """Print one line a thing; exit with 1 if some lies apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of names, e.g. 'torch, large'; all if none")
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--all", action="store_true", help="count disturbed pairs, too")
    options = parser.parse_args()
    os.environ |= KEPT
    lines = []
    for thing in things(options.words):
        lines.append(line(thing, options.pairs, every=options.all))
        print(lines[-1], flush=True)  # noqa: T201 - a program
    raise SystemExit(any(" APART " in text for text in lines))


if __name__ == "__main__":
    main()
