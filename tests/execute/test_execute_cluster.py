"""Cells on a cluster leave what they leave here: a real scheduler, real workers, over TCP."""

import itertools
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from suite_texts import load_suite, suite_text
from towns import (
    Town,
    below,
    ended,
    hosts,
    interrupt,
    run,
    streets,
    wait_for,
    workers_below,
)

from harness import environment
from harness.datasets.dataset import Roots
from harness.execute.cluster import dispatch
from harness.execute.cluster.cluster import serving
from harness.execute.run import Options, Runner
from harness.plan.expand import expand
from harness.store.store import Store

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what workers leave is found on Linux"
)

NUMPY = '[[grid]]\nbackend = ["numpy"]\n'
NET = (
    '[model]\nhidden = [16]\n[train]\nloss = "cross_entropy"\n'
    'optimizer = { name = "adam" }\nlr = 0.01\nbatch_size = 64\nepochs = 2\n'
)
LINE = (
    '[data]\ndataset = "synthetic"\n[data.synthetic]\ngenerator = "linear"\nn_train = 100\n'
    'n_test = 100\nfeatures = "linspace"\nlow = 0.0\nhigh = 10.0\ncoefficients = [2.0]\n'
    "intercept = 1.0\nnoise = 1.0\n[model]\nhidden = []\n"
    '[train]\nloss = "mse"\noptimizer = { name = "sgd" }\nepochs = 20\nbatch_size = "full"\n'
)
SUITES = {
    "train": (LINE, "[seeds]\ncount = 3\n", f"{NUMPY}lr = [0.01, 0.1]\n"),
    "civic:fine": ('[seeds]\ncount = 20\n[grid]\nexperiment = ["civic:fine", "civic:raises"]\n',),
}
TIMES = {"wall_s", "cpu_s", "started", "peak_rss"}


@pytest.fixture(scope="module")
def civic(tmp_path_factory):
    """Give the folder that experiments write to, here and on workers."""
    folder = tmp_path_factory.mktemp("civic")
    os.environ["CIVIC"] = str(folder)
    yield folder
    del os.environ["CIVIC"]


@pytest.fixture(scope="module")
def town(tmp_path_factory, civic):
    """Give a scheduler and two workers, each in a network of its own where that is allowed."""
    networks = streets(3)
    made = Town(tmp_path_factory.mktemp("town"), "SCHEDULER__WORKER_TTL=4s", streets=networks)
    made.workers = [made.worker(), made.worker()]
    yield made
    made.end()
    if networks is not None:
        networks.end()


@pytest.fixture
def project(tmp_path):
    """Make a project of one suite of an experiment."""

    def make(experiment, *parts, **top):
        suites = tmp_path / "suites"
        suites.mkdir(exist_ok=True)
        text = suite_text("tiny", *parts, experiment=experiment, source=None, **top)
        (suites / "tiny.toml").write_text(text)
        return tmp_path

    return make


@contextmanager
def opened(folder, experiment, parts, *, machines=None, **options):
    roots = Roots(folder / "data", folder / "cache")
    chosen = Options(roots, **{"jobs": 2, **options})
    runner = Runner(Store(folder / "results"), environment.snapshot(), chosen, machines)
    text = suite_text("tiny", *parts, experiment=experiment)
    with runner.store.writing():
        yield runner, runner.todo(expand(load_suite(folder, text)).full)


def stored(folder):
    """Return all that was stored of cells, but what is of the clock."""
    records = {record.cell: record for record in Store(folder / "results").records}
    assert records
    store = Store(folder / "results")
    found = {}
    for name, record in records.items():
        values = {k: v for k, v in vars(record).items() if k not in TIMES}
        values["arrays"] = {
            n: store.array(record, n).tolist() for n in ("squares",) if record.arrays
        }
        found[name] = values
    return found


def test_records_are_those_of_a_local_run(town, tmp_path):
    """The same ids, metrics, series, arrays, logs and environment, of cells and of groups."""
    told = []
    with serving(town.address, Roots.find(), told.append) as cluster:
        for number, (experiment, parts) in enumerate(SUITES.items()):
            here, there = tmp_path / f"here{number}", tmp_path / f"there{number}"
            for folder, machines in ((here, None), (there, cluster)):
                folder.mkdir()
                with opened(folder, experiment, parts, machines=machines) as (runner, todo):
                    runner.run(todo, lambda _: None)
            assert stored(here) == stored(there)
            logs = [sorted((p.name, p.read_text()) for p in f.glob("results/logs/*"))
                    for f in (here, there)]  # fmt: skip
            assert re.sub(r"line \d+", "", str(logs[0])) == re.sub(r"line \d+", "", str(logs[1]))
            assert [p.name for p in (there / "results").glob("running")] == []
    assert told == []
    assert {r["mode"] for r in stored(tmp_path / "there0").values()} == {"together"}
    assert not [host for worker in town.workers for host in hosts(worker)], "they were dismissed"


def test_cells_with_no_neighbours_have_the_machine_to_themselves(town, project, civic):
    folder = project("civic:alone", "[seeds]\ncount = 4\n")
    code, err = ended(run(folder, town.address, "--profile", "full"))
    assert code == 0, err
    spans = sorted(tuple(map(float, p.read_text().split())) for p in civic.glob("*.*-*"))
    assert len(spans) == 4
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


def test_cells_for_a_device_that_no_worker_is_labelled_for_are_skipped(town, project):
    parts = (
        '[data]\ndataset = "digits"\n',
        NET,
        '[[grid]]\nbackend = ["torch"]\ndevice = ["cuda"]\n',
    )
    code, _ = ended(run(project("train", *parts), town.address))
    assert code == 5
    (record,) = Store(project("train", *parts) / "results").records
    assert record.status == "skipped"
    assert record.reason == (
        "no worker of the cluster has the resource CUDA; start one with --resources CUDA=1"
    )


def test_a_worker_that_dies_costs_no_cell_and_one_may_join(town, project, civic):
    names = '["civic:kills_its_worker_once", "civic:slow"]'
    folder = project("civic:slow", f"[seeds]\ncount = 6\n[grid]\nexperiment = {names}\n", budget=60)
    process = run(folder, town.address, "--profile", "full")
    wait_for(lambda: (civic / "killed").exists())
    joined = town.worker()
    code, err = ended(process)
    assert code == 0, err
    assert len([r for r in Store(folder / "results").records if r.status == "ok"]) == 12
    assert "is lost" in err
    assert not hosts(joined)
    assert json.loads((folder / "out.json").read_text())["counts"] == {"ok": 12}


@pytest.mark.faults
def test_a_worker_that_hangs_is_dropped_by_the_scheduler_and_costs_no_cell(town, project):
    names = '["civic:stops_its_worker_once", "civic:slow"]'
    folder = project("civic:slow", f"[seeds]\ncount = 6\n[grid]\nexperiment = {names}\n", budget=60)
    code, err = ended(run(folder, town.address, "--profile", "full"))
    assert code == 0, err
    assert "is lost" in err


def test_a_cell_that_kills_its_worker_each_time_fails_and_no_other(town, tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch, "_STRIKES", 1)  # which takes less time than five
    names = '["civic:kills_its_worker", "civic:fine"]'
    parts = (f"[seeds]\ncount = 1\n[grid]\nexperiment = {names}\n",)
    with (
        serving(town.address, Roots.find(), lambda _: None) as cluster,
        opened(tmp_path, "civic:fine", parts, machines=cluster) as (runner, todo),
    ):
        assert runner.run(todo, lambda _: None) == {"ok": 1, "failed": 1}
    found = {r.experiment: r for r in Store(tmp_path / "results").records}
    reason = found["civic:kills_its_worker"].reason
    assert reason == "1 workers were lost while each had nothing else to run (it is gone)"


def test_ctrl_c_ends_the_cells_and_leaves_nobody(town, project):
    folder = project("civic:sleeps", "[seeds]\ncount = 4\n", NUMPY, budget=600)
    process = run(folder, town.address, "--profile", "full")
    busy = wait_for(lambda: [h for w in town.workers for h in hosts(w) if len(hosts(w)) >= 3])
    interrupt(process)
    code, err = ended(process)
    assert (code, err.splitlines()[-1]) == (
        130,
        "harness: interrupted; what was finished is stored",
    )
    assert busy
    assert not [host for worker in town.workers for host in hosts(worker)]


@pytest.mark.faults  # an idle host ends after half a minute
def test_a_run_that_is_killed_leaves_nobody_and_nothing(tmp_path, project):
    """A worker that has a cell is told by the scheduler; one that is idle ends its host itself."""
    town = Town(tmp_path / "town")
    nannies = [town.worker(), town.worker()]
    folder = project("civic:sleeps", "[seeds]\ncount = 1\n", NUMPY, budget=600)
    process = run(folder, town.address, "--profile", "full")
    wait_for(lambda: max(len(hosts(one)) for one in nannies) >= 3)
    assert all(hosts(one) for one in nannies), "one has a cell, the other is idle"
    process.kill()
    process.communicate()
    workers = [worker for nanny in nannies for worker in workers_below(nanny)]
    assert len(workers) == 2
    wait_for(lambda: not [child for worker in workers for child in below(worker.pid)])
    wait_for(lambda: not list(town.folder.glob("worker-*/**/harness-*")))
    assert all(worker.is_running() for worker in workers)
    town.end()


def test_a_scheduler_that_dies_is_one_clear_error_and_a_second_run_goes_on(tmp_path, project):
    town = Town(tmp_path / "town")
    town.worker()
    folder = project("civic:slow", "[seeds]\ncount = 8\n", NUMPY, budget=60)
    process = run(folder, town.address, "--profile", "full")
    records = folder / "results" / "tiny.jsonl"
    wait_for(lambda: records.exists() and records.read_bytes().count(b"\n") >= 2)
    town.scheduler.kill()
    code, err = ended(process)
    assert code == 8, err
    last = err.splitlines()[-1]
    assert last.startswith(f"harness: the scheduler at {town.address} is lost: "), err
    assert last.endswith("run the same command again to go on")
    before = {r.cell: r.started for r in Store(folder / "results").records}
    assert 2 <= len(before) < 8
    town.end()
    code, err = ended(run(folder, "local:1", "--profile", "full"))
    assert code == 0, err
    after = {r.cell: r.started for r in Store(folder / "results").records}
    assert len(after) == 8
    assert before.items() <= after.items(), "nothing is done twice"
