"""A convolutional network forward and backward: columns in NumPy, torch's own."""

import networks
import numpy as np
import pytest

from harness.config.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from harness.config.model import Model

SIDE, CLASSES, N = 16, 10, 32
RNG = np.random.Generator(np.random.PCG64(4))
IMAGES = RNG.random((N, 3, SIDE, SIDE), dtype=np.float32)
LABELS = RNG.integers(0, CLASSES, N)
MODEL = Model(
    layers=(
        Conv2d(out=8, kernel=3, padding=1),
        ReLU(),
        MaxPool2d(kernel=2),
        Conv2d(out=16, kernel=3, padding=1),
        ReLU(),
        Flatten(),
        Linear(out=CLASSES),
    )
)


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_forward_and_backward(benchmark, name):
    made = networks.make(name, MODEL, IMAGES.shape[1:], CLASSES, loss="cross_entropy")
    x, y = made.put(IMAGES), made.put(LABELS)
    gradients = benchmark(made.network.gradients, x, y)
    assert len(gradients) == 6
    networks.check_gradients(made, x, y, gradients)
