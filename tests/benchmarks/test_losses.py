"""The multiclass hinge loss of a linear classifier with its gradient, as the suites train it."""

import networks
import numpy as np
import pytest

from harness.config.model import Model

N, PIXELS, CLASSES = 500, 3072, 10
RNG = np.random.Generator(np.random.PCG64(3))
IMAGES = RNG.random((N, PIXELS), dtype=np.float32)
LABELS = RNG.integers(0, CLASSES, N)


def by_definition(weight, bias):
    """The loss in float64, image by image."""
    total = 0.0
    for image, label in zip(IMAGES.astype(np.float64), LABELS, strict=True):
        scores = weight.astype(np.float64) @ image + bias.astype(np.float64)
        margins = np.maximum(0.0, scores - scores[label] + 1.0)
        total += margins.sum() - 1.0  # the label's own margin is 1
    return total / N


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_hinge_loss(benchmark, name):
    made = networks.make(name, Model(hidden=()), (PIXELS,), CLASSES, loss="multiclass_hinge")
    x, y = made.put(IMAGES), made.put(LABELS)
    assert made.network.loss(x, y) == pytest.approx(by_definition(*made.weights.values()), rel=1e-4)
    gradients = benchmark(made.network.gradients, x, y)
    networks.check_gradients(made, x, y, gradients)
