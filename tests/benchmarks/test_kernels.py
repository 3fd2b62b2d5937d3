"""pytest-benchmark kernels of what users wait for; `nox -s benchmarks` times them.

In the ordinary test run (``--benchmark-disable``) each is called once and its result checked.
"""

import numpy as np
import pytest

from harness import backends
from harness.backends.initial import initial_weights
from harness.config.model import Init, Model, place
from harness.config.train import Train

RNG = np.random.Generator(np.random.PCG64(0))
IMAGES = RNG.integers(0, 256, (2000, 3072)).astype(np.float32)
LABELS = RNG.integers(0, 10, 2000)


def network(backend, hidden, loss):
    placed = place(Model(hidden=hidden), (3072,), 10)
    weights = initial_weights(placed, Init(), np.random.Generator(np.random.PCG64(1)))
    train = Train(loss=loss, lr=0.001, steps=1, batch_size=200)
    return backend.network(placed, weights, train, "cpu", np.random.Generator(np.random.PCG64(2)))


@pytest.mark.parametrize("name", ["numpy", "torch", "sklearn"])
def test_neighbor_search(benchmark, name):
    if name == "torch":
        pytest.importorskip("torch")
    backend = backends.get(name)
    train, test = backend.put(IMAGES, "cpu"), backend.put(IMAGES[:100], "cpu")
    distances, indices = benchmark(backend.neighbors, train, test, 10, "no_loop")
    assert np.array_equal(indices[:, 0], np.arange(100))
    assert np.allclose(distances[:, 0], 0.0)


@pytest.mark.parametrize("hidden", [(), (128,)], ids=["linear", "mlp"])
@pytest.mark.parametrize("loss", ["multiclass_hinge", "cross_entropy"])
@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_training_step(benchmark, name, loss, hidden):
    if name == "torch":
        pytest.importorskip("torch")
    backend = backends.get(name)
    net = network(backend, hidden, loss)
    x, y = backend.put(IMAGES[:200] / np.float32(255), "cpu"), backend.put(LABELS[:200], "cpu")
    assert np.isfinite(float(benchmark(net.step, x, y)))
