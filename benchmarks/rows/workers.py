"""Small cells: what one costs beside its own work, and a hundred fits from nothing to records."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.row import Row, paired

CELLS = 200
CALLS = 10_000
FITS = 100
WIDTHS = (2, 1)
_NAN = float("nan")

_EMPTY = "def empty(seed: int) -> float:\n    return 0.5\n"
_EMPTY_SUITE = f"""\
experiment = "../empty.py:empty"
reusable = true
seeds = {CELLS}
"""
_FIT_SUITE = f"""\
schema = 1
id = "fits"
title = "Least squares"
experiment = "probe"
seeds = {{ count = {FITS} }}
grid = [{{ backend = ["numpy"], device = ["cpu"] }}]
probe = {{ name = "least_squares" }}
params = {{ solver = "lstsq", bias = true }}

[data]
dataset = "synthetic"

[data.synthetic]
name = "plain"
generator = "linear"
features = "normal"
n_train = 100
n_test = 500
coefficients = [3.0, -2.0, 1.0]
intercept = 4.0
noise = 1.0
"""
_FITS = f"""\
import numpy as np

for seed in range({FITS}):
    rng = np.random.default_rng(seed)
    x = np.c_[rng.standard_normal((600, 3)), np.ones(600)]
    y = x @ [3.0, -2.0, 1.0, 4.0] + rng.standard_normal(600)
    theta = np.linalg.lstsq(x[:100], y[:100], rcond=None)[0]
    assert np.mean((x[100:] @ theta - y[100:]) ** 2) < 10
"""
_OBJECTIVE = """\
import numpy as np
from benchopt import BaseObjective


class Objective(BaseObjective):
    name = "Least squares"
    min_benchopt_version = "1.6"

    def set_data(self, x, y):
        self.x, self.y = x, y

    def evaluate_result(self, theta):
        return {"value": float(np.mean((self.x @ theta - self.y) ** 2))}

    def get_objective(self):
        return {"x": self.x, "y": self.y}

    def get_one_result(self):
        return {"theta": np.zeros(self.x.shape[1])}
"""
_DATA = """\
import numpy as np
from benchopt import BaseDataset


class Dataset(BaseDataset):
    name = "plain"

    def get_data(self):
        rng = np.random.default_rng(0)
        x = np.c_[rng.standard_normal((100, 3)), np.ones(100)]
        return {"x": x, "y": x @ [3.0, -2.0, 1.0, 4.0] + rng.standard_normal(100)}
"""
_SOLVER = """\
import numpy as np
from benchopt import BaseSolver


class Solver(BaseSolver):
    name = "lstsq"
    sampling_strategy = "run_once"

    def set_objective(self, x, y):
        self.x, self.y = x, y

    def run(self, _):
        self.theta = np.linalg.lstsq(self.x, self.y, rcond=None)[0]

    def get_result(self):
        return {"theta": self.theta}
"""


_RUN_BENCHOPT = "from benchopt.cli import benchopt; benchopt()"


def rows() -> Iterator[Row]:
    """Yield the rows of empty cells, and of fits."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _write(home / "own", {"empty.py": _EMPTY, "suites/empty.toml": _EMPTY_SUITE})
        for width in WIDTHS:
            yield _empty(home / "own", width)
        _write(home / "fits", {"suites/fits.toml": _FIT_SUITE, "fits.py": _FITS})
        peers: dict[str, Callable[[], object]] = {
            "the same fits in one process": partial(
                _run, [sys.executable, "fits.py"], home / "fits"
            )
        }
        if importlib.util.find_spec("benchopt"):
            peers["benchopt, the same fits"] = _benchopt(home / "benchopt")
        for width in WIDTHS:
            ours = partial(_harness, home / "fits", width)
            for name, peer in peers.items():
                target = 0.6 / 1.8 if "benchopt" in name and width == WIDTHS[0] else _NAN
                work = f"{FITS} least-squares fits as cells, whole process, -j {width}"
                yield paired(work, name, ours, peer, pairs=3, target=target)


def _empty(home: Path, width: int) -> Row:
    """Return the row of empty cells; its text has the milliseconds of one: a ratio says little.

    The server of cells runs already, as it does for all suites of a run but the first.
    """
    sys.path.insert(0, str(home))
    function = importlib.import_module("empty").empty
    ours = _cells(home, width)
    start = time.perf_counter()
    row = paired(
        f"an empty cell, -j {width}", "calling the function", ours,
        lambda: [function(seed) for seed in range(CALLS)],
        pairs=5, target=_NAN, shares=(CELLS, CALLS),
    )  # fmt: skip
    each = (time.perf_counter() - start) / (row.pairs + 1) / CELLS
    return replace(row, work=f"{row.work} ({1000 * each:.1f} ms)")


def _cells(home: Path, width: int) -> Callable[[], object]:
    from harness import environment
    from harness.datasets.dataset import Roots
    from harness.execute.run import Options, Runner
    from harness.plan.expand import expand
    from harness.store.store import Store
    from harness.suite.load import load

    plan = expand(load(home / "suites" / "empty.toml")).full
    options = Options(Roots.find(), jobs=width, force=True)
    here = environment.snapshot()

    def run() -> Any:
        with tempfile.TemporaryDirectory() as results:
            runner = Runner(Store(Path(results)), here, options)
            with runner.store.writing():
                counts = runner.run(runner.todo(plan), lambda _: None)
            assert counts == {"ok": CELLS}

    return run


def _harness(home: Path, width: int) -> None:
    with tempfile.TemporaryDirectory() as results:
        words = ["run", "--results", results, "-j", str(width), "--profile", "full"]
        _run([sys.executable, "-m", "harness", *words], home)


def _benchopt(home: Path) -> Callable[[], object]:
    files = {"objective.py": _OBJECTIVE, "datasets/plain.py": _DATA, "solvers/lstsq.py": _SOLVER}
    _write(home, files)
    words = ["run", ".", "-r", str(FITS), "--no-plot"]
    return partial(_run, [sys.executable, "-c", _RUN_BENCHOPT, *words], home)


def _run(words: list[str], home: Path) -> None:
    silent: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
    subprocess.run(words, cwd=home, check=True, **silent)  # noqa: S603 - our own words


def _write(home: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
