"""Analytic gradients of the NumPy backend against central differences and against autograd."""

from __future__ import annotations

import numpy as np
import pytest
from backends_helpers import LAYERS, LOSSES, batch, network, on, train
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.backends.initial import kept_units
from harness.backends.numpy_backend.layers import Dropout
from harness.backends.numpy_backend.losses import LOSSES as NUMPY_LOSSES

STEP = 1e-6
KINDS = [kind for kind in LAYERS if kind != "dropout"]


def _numerical(kind: str, loss: str, name: str, weights: dict, x, y) -> np.ndarray:
    """Central differences of the loss in every element of one parameter."""
    out = np.empty_like(weights[name])
    for index in np.ndindex(out.shape):
        values = []
        for sign in (1, -1):
            moved = {key: value.copy() for key, value in weights.items()}
            moved[name][index] += sign * STEP
            values.append(network("numpy", kind, train(loss, l2=0.3), moved).loss(x, y))
        out[index] = (values[0] - values[1]) / (2 * STEP)
    return out


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_equal_central_differences(kind: str, loss: str) -> None:
    x, y = batch(loss)
    net = network("numpy", kind, train(loss, l2=0.3))
    weights = net.weights()
    for name, grad in net.gradients(x, y).items():
        np.testing.assert_allclose(
            grad, _numerical(kind, loss, name, weights, x, y), rtol=1e-6, atol=1e-8
        )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_equal_autograd(kind: str, loss: str) -> None:
    x, y = batch(loss)
    ours = network("numpy", kind, train(loss, l2=0.3)).gradients(x, y)
    theirs = network("torch", kind, train(loss, l2=0.3)).gradients(*on("torch", x, y))
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-10, atol=1e-13)


def test_dropout_passes_the_gradient_of_kept_units_only() -> None:
    x = np.random.default_rng(1).standard_normal((50, 8))
    y, mask = Dropout(0.25, np.random.default_rng(2)).forward(x, training=True)
    kept = kept_units((50, 8), 0.25, np.random.default_rng(2))
    assert 0.6 < kept.mean() < 0.9
    np.testing.assert_allclose(y, np.where(kept, x / 0.75, 0))
    grad = Dropout(0.25, np.random.default_rng(2)).backward(np.ones_like(x), mask)
    np.testing.assert_allclose(grad, np.where(kept, 1 / 0.75, 0))


def test_dropout_is_the_identity_outside_training() -> None:
    x = np.random.default_rng(1).standard_normal((5, 8))
    y, cache = Dropout(0.5, np.random.default_rng(2)).forward(x, training=False)
    assert y is x
    assert cache is None


SCORES = st.lists(st.lists(st.floats(-50, 50), min_size=3, max_size=3), min_size=1, max_size=6).map(
    lambda rows: np.array(rows)
)


@given(SCORES, st.floats(-1000, 1000))
@settings(max_examples=60, deadline=None)
def test_cross_entropy_is_unmoved_by_a_shift_and_its_gradient_sums_to_zero(scores, shift) -> None:
    labels = np.arange(len(scores)) % 3
    loss, grad = NUMPY_LOSSES["cross_entropy"](scores, labels)
    moved, _ = NUMPY_LOSSES["cross_entropy"](scores + shift, labels)
    assert loss >= 0
    np.testing.assert_allclose(moved, loss, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-12)


@given(SCORES)
@settings(max_examples=60, deadline=None)
def test_hinge_equals_its_definition_written_out(scores) -> None:
    labels = np.arange(len(scores)) % 3
    loss, grad = NUMPY_LOSSES["multiclass_hinge"](scores, labels)
    written_out = [
        max(0.0, 1 + s[j] - s[y])
        for s, y in zip(scores, labels, strict=True)
        for j in range(3)
        if j != y
    ]
    np.testing.assert_allclose(loss, sum(written_out) / len(scores), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-12)


def test_cross_entropy_survives_scores_that_overflow_exp() -> None:
    loss, grad = NUMPY_LOSSES["cross_entropy"](np.array([[1e4, 0.0]]), np.array([1]))
    assert loss == 1e4
    np.testing.assert_array_equal(grad, [[1, -1]])


def test_hinge_of_equal_scores_is_the_number_of_wrong_classes() -> None:
    loss, _ = NUMPY_LOSSES["multiclass_hinge"](np.zeros((5, 10)), np.arange(5))
    assert loss == 9
