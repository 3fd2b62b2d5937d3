"""Small cells over the workers of a cluster, against the local pool with as many processes."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.row import Row, paired
from harness import environment
from harness.datasets.dataset import Roots
from harness.execute.cluster.cluster import serving
from harness.execute.machines import LocalMachine, Machines
from harness.execute.run import Options, Runner
from harness.plan.expand import Plan, expand
from harness.store.store import Store
from harness.suite.load import load

CELLS = 10_000
WIDTH = 2
_EMPTY = "def empty(seed: int) -> float:\n    return 0.5\n"
_SUITE = f"""\
experiment = "../empty.py:empty"
reusable = true
seeds = {CELLS}
"""


def rows() -> Iterator[Row]:
    """Yield the row of empty cells, where dask is; both ways have been started already."""
    if not importlib.util.find_spec("distributed"):
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "suites").mkdir()
        (home / "empty.py").write_text(_EMPTY, "utf-8")
        (home / "suites" / "empty.toml").write_text(_SUITE, "utf-8")
        plan, here = expand(load(home / "suites" / "empty.toml")).full, environment.snapshot()
        with serving(f"local:{WIDTH}", Roots.find(), _ignore) as cluster:
            ours, peer = _run(plan, cluster), _run(plan, LocalMachine(here))
            work = f"{CELLS:,} empty cells over {WIDTH} workers of dask"
            yield paired(work, f"the local pool, -j {WIDTH}", ours, peer, pairs=3, target=1.3)


def _run(plan: Plan, machines: Machines) -> Callable[[], object]:
    def run() -> None:
        with tempfile.TemporaryDirectory() as results:
            options = Options(Roots.find(), jobs=WIDTH, force=True)
            runner = Runner(Store(Path(results)), machines.environment("cpu"), options, machines)
            with runner.store.writing():
                counts = runner.run(runner.todo(plan), _ignore)
            assert counts == {"ok": CELLS}

    return run


def _ignore(_: object) -> None:
    """Take what is told, and tell nobody."""
