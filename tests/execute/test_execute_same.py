"""A cell leaves the same, bit for bit, in a process of its own and after others."""

import math
from pathlib import Path

import pytest
from suite_texts import DIGITS, load_suite, suite_text

from harness import environment, extras
from harness.datasets.dataset import Roots
from harness.execute import sharing
from harness.execute.run import Options, Runner
from harness.execute.sharing import Needs
from harness.plan.expand import expand
from harness.store.store import Store

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="no process stays elsewhere"
)
NET = (
    '[model]\nhidden = [16]\n[train]\nloss = "cross_entropy"\n'
    'optimizer = { name = "adam" }\nlr = 0.01\nbatch_size = 64\nepochs = 2\n'
)
SEEDS = "[seeds]\ncount = 2\n"
ABSENT = {reason} if (reason := extras.missing("torch")) else set()
LEAST_SQUARES = (
    '[data]\ndataset = "synthetic"\n[data.synthetic]\nname = "plain"\ngenerator = "linear"\n'
    'features = "normal"\n'
    "n_train = 100\nn_test = 50\ncoefficients = [3.0, -2.0]\nintercept = 4.0\nnoise = 1.0\n"
)
SUITES = {
    "train": (DIGITS, NET, SEEDS, '[[grid]]\nbackend = ["numpy", "torch"]\nlr = [0.01, 0.1]\n'),
    "knn": (
        *(DIGITS, "[knn]\nn_neighbors = [1, 5]\n", SEEDS),
        '[[grid]]\nbackend = ["numpy", "sklearn"]\n',
    ),
    "probe": (
        *(LEAST_SQUARES, '[probe]\nname = "least_squares"\n[params]\nsolver = "lstsq"\n', SEEDS),
        '[[grid]]\nbackend = ["numpy", "torch"]\nsolver = ["inverse", "gradient_descent"]\n',
    ),
    "peer": (
        *(DIGITS, '[params]\nestimator = "linear-svc-crammer-singer"\n', SEEDS),
        '[[grid]]\nbackend = ["sklearn"]\n',
    ),
    "command": (
        '[command]\nrun = ["{python}", "-c", "print({seed} / 3)"]\n', SEEDS,
        '[[grid]]\nbackend = ["numpy"]\n',
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """Run every suite, as it is or with a process for each cell; give what the cells left."""

    def run(name):
        folder = tmp_path_factory.mktemp(name)
        options = Options(Roots(folder / "data", folder / "cache"), jobs=1)
        runner = Runner(Store(folder / "results"), environment.snapshot(), options)
        with runner.store.writing():
            for experiment, parts in SUITES.items():
                text = suite_text(experiment, *parts, experiment=experiment, budget=300)
                runner.run(runner.todo(expand(load_suite(folder, text, experiment)).full), id)
        return {
            record.cell: (record, _left(runner.store, record)) for record in runner.store.records
        }

    return run


def _left(store, record):
    series = {name: (list(one.x), list(one.y)) for name, one in record.series.items()}
    arrays = {name: store.array(record, name).tobytes() for name in record.arrays}
    numbers = {name: _bits(value) for name, value in record.metrics.items()}
    return record.status, record.reason, numbers, series, arrays, dict(record.digests)


def _bits(value):
    return value.hex() if math.isfinite(value) else repr(value)


def test_a_cell_leaves_the_same_in_a_process_of_its_own_and_after_others(left, monkeypatch):
    after_others = left("stays")
    needs = sharing.needs
    monkeypatch.setattr(sharing, "needs", lambda *given: Needs("", needs(*given).libraries))
    alone = left("fresh")
    reasons = {record.reason for record, _ in alone.values() if record.status != "ok"}
    assert reasons <= ABSENT
    assert {record.experiment for record, _ in alone.values()} == set(SUITES)
    assert after_others.keys() == alone.keys()
    for cell, (record, found) in alone.items():
        assert after_others[cell][1] == found, (record.experiment, record.axes)
