"""Whole commands, against a Python that imports NumPy and ends.

Each side is a process of its own. Bytecode is kept in a folder of these rows, as an installed
package has it; the first run of each side, which is not timed, writes it, and the cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.row import Row, paired
from harness import figures
from harness.plan.check import check
from harness.plan.expand import expand
from harness.suite.load import load

ROOT = Path(__file__).resolve().parents[2]
NUMPY = 'python -c "import numpy"'
SUITE = """
schema = 1
id = "many"
title = "Many"
experiment = "train"
[data]
dataset = "mnist"
[model]
hidden = [32]
[train]
loss = "cross_entropy"
epochs = 1
batch_size = 10
[[grid]]
backend = ["numpy"]
optimizer = [{{ name = "sgd" }}, {{ name = "adam" }}]
lr = {rates}
[quick]
n_train = 1000
"""


def rows() -> Iterator[Row]:
    """Yield the rows of the command line, of planning and of the page."""
    with tempfile.TemporaryDirectory() as folder:
        run = partial(_run, Path(folder))
        numpy = partial(run, "-c", "import numpy")
        for words, target in (("--help", 3.0), ("list", 6.0), ("check", 10.0)):
            ours = partial(run, "-m", "harness", words)
            yield paired(f"harness {words}", NUMPY, ours, numpy, pairs=7, target=target)
        many, fewer = (_planning(Path(folder), cases) for cases in (4000, 1000))
        yield paired("planning 4,000 cases", NUMPY, many, numpy, pairs=5, target=10.0)
        yield paired(
            "planning 4,000 cases, a case", "of 1,000", many, fewer,
            pairs=5, target=1.0, shares=(4000.0, 1000.0),
        )  # fmt: skip
        for profile, target in (("full", 60.0), ("quick", 40.0)):
            page = partial(run, *_page(profile, Path(folder)))
            yield paired(
                f"page, {profile}, drawn before", NUMPY, page, numpy, pairs=3, target=target
            )
        cold = partial(run, *_page("full", Path(folder)), empty=True)
        yield paired("page, full, nothing drawn", NUMPY, cold, numpy, pairs=1, target=60.0)


def _page(profile: str, folder: Path) -> tuple[str, ...]:
    where = ("--results", "results/reference", "--out", str(folder / profile))
    return ("-m", "harness", "report", "--quiet", *where, "--profile", profile)


def _run(folder: Path, *words: str, empty: bool = False) -> None:
    """Run Python in the root of the project, with what it keeps in a folder, or in an empty one."""
    with tempfile.TemporaryDirectory() as other:
        own = {
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "HARNESS_CACHE": other if empty else str(folder / "cache"),
        }
        given = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run(  # noqa: S603 our own command
            [sys.executable, *words],
            env={**given, **own},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _planning(folder: Path, cases: int) -> Callable[[], object]:
    path = folder / "many.toml"
    rates = [round((number + 1) * 1e-5, 8) for number in range(cases // 2)]
    path.write_text(SUITE.format(rates=rates), encoding="utf-8")
    suite = load(path)

    def planned() -> None:
        plans = expand(suite)
        check(plans, (), figures.KINDS)
        assert len(plans.full.cells()) == cases

    return planned
