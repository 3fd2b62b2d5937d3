"""The rows that need an accelerator, on the processor and in small: all that can be tried there."""

import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def accelerator(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    yield pytest.importorskip("benchmarks.rows.accelerator")
    for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
        monkeypatch.delitem(sys.modules, name)


def test_a_search_is_held_to_the_product_and_the_selection(accelerator):
    row = accelerator.search_row("cpu", 300, 20, 30, 5)
    assert row.work == "k-NN, 20 x 300 x 30, k = 5, exact, cpu"
    assert row.fastest > 0


CUDA = pytest.param(
    "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
)


@pytest.mark.parametrize("device", ["cpu", CUDA])
def test_the_plain_loop_learns_with_either_optimizer(accelerator, device):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 1000)
    images = rng.standard_normal((10, 784))[labels] + rng.standard_normal((1000, 784))
    images = torch.tensor(images, dtype=torch.float32, device=device)
    task = accelerator.Task(images, torch.tensor(labels, device=device), 2)
    untrained = np.log(10)
    assert all(loss < untrained / 4 for loss in accelerator.trained(task, 3))


def test_the_plain_loop_is_that_of_the_suite(accelerator):
    cases = accelerator.cases_of("mnist-optimizers", "torch", "cuda", keep="none")
    trains = [case.settings.train for case in cases]
    assert {one.optimizer.name: one.optimizer.lr for one in trains} == accelerator.RATES
    assert {one.batch_size for one in trains} == {accelerator.BATCH}
    widths = [layer.out for layer in cases[0].settings.model.layers if hasattr(layer, "out")]
    assert [*accelerator.SIZES[1:]] == widths
    assert len(cases) == len(accelerator.RATES)


def test_without_an_accelerator_there_are_no_rows(accelerator, monkeypatch):
    backend = accelerator.backends.get("torch")
    monkeypatch.setattr(type(backend), "absent", lambda self, device: f"no {device}")
    assert list(accelerator.rows()) == []
