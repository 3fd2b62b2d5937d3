"""The torch backend on an accelerator against the NumPy backend; skipped where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from backends_helpers import LAYERS, batch, placed, train

from harness import backends
from harness.backends.initial import initial_weights
from harness.config.model import Init

HERE = [device for device in ("cuda", "mps") if backends.get("torch").absent(device) is None]
pytestmark = pytest.mark.skipif(not HERE, reason="no accelerator here")


def _losses(backend: str, device: str, kind: str, dtype: str) -> list[float]:
    lib, steps = backends.get(backend), placed(kind)
    weights = initial_weights(steps, Init(), np.random.default_rng(5))
    dropout = np.random.default_rng(6)
    net = lib.network(steps, weights, train("multiclass_hinge", dtype=dtype), device, dropout)
    x, y = batch("multiclass_hinge")
    handles = lib.put(x.astype(dtype), device), lib.put(y, device)
    return [float(lib.array(net.step(*handles))) for _ in range(100)]


@pytest.mark.parametrize("kind", LAYERS)
def test_curves_follow_numpys(kind: str) -> None:
    for device in HERE:
        dtype, rtol = ("float64", 1e-9) if device == "cuda" else ("float32", 1e-3)
        ours = _losses("numpy", "cpu", kind, dtype)
        np.testing.assert_allclose(_losses("torch", device, kind, dtype), ours, rtol=rtol)


def test_neighbours_are_numpys() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (560, 768)).astype(np.float32)
    rows[40:80] = rows[:40]  # ties
    lib, train_rows, test_rows = backends.get("torch"), rows[:500], rows[500:]
    expected = backends.get("numpy").neighbors(train_rows, test_rows, 25, "no_loop")
    for device in HERE:
        there = lib.put(train_rows, device), lib.put(test_rows, device)
        distances, indices = lib.neighbors(*there, 25, "no_loop")
        np.testing.assert_allclose(distances, expected[0], rtol=1e-6)
        if device == "cuda":  # mps sums in float32, where near ties may fall either way
            np.testing.assert_array_equal(indices, expected[1])
