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


def test_the_plain_loop_learns_with_either_optimizer(accelerator):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 1000)
    images = rng.standard_normal((10, 784))[labels] + rng.standard_normal((1000, 784))
    task = accelerator.Task(torch.tensor(images, dtype=torch.float32), torch.tensor(labels), 2)
    untrained = np.log(10)
    assert all(loss < untrained / 4 for loss in accelerator.trained(task, 3))


def test_without_an_accelerator_there_are_no_rows(accelerator, monkeypatch):
    backend = accelerator.backends.get("torch")
    monkeypatch.setattr(type(backend), "absent", lambda self, device: f"no {device}")
    assert list(accelerator.rows()) == []
