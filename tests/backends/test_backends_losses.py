"""Every loss against torch's own, its gradient against central differences, and its edges."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from harness.backends.numpy_backend import losses as ours
from harness.config.train import CLASS_LOSSES, Loss, Train

torch = pytest.importorskip("torch")
theirs = pytest.importorskip("harness.backends.torch_backend.layers")
NAMES = get_args(Loss)
ORACLES = {
    "cross_entropy": lambda r, _: torch.nn.CrossEntropyLoss(reduction=r),
    "mse": lambda r, _: torch.nn.MSELoss(reduction=r),
    "nll": lambda r, _: torch.nn.NLLLoss(reduction=r),
    "binary_cross_entropy": lambda r, _: torch.nn.BCELoss(reduction=r),
    "l1": lambda r, _: torch.nn.L1Loss(reduction=r),
    "huber": lambda r, delta: torch.nn.HuberLoss(reduction=r, delta=delta),
}
"""torch's modules, which the backends' tables do not use."""


def _settings(loss: str, reduction: str = "mean", delta: float = 0.7) -> Train:
    return Train(loss=loss, reduction=reduction, huber_delta=delta, lr=0.1, steps=1)  # type: ignore[arg-type]


def _batch(loss: str, n: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    if loss in CLASS_LOSSES:
        return rng.standard_normal((n, 3)), rng.integers(3, size=n)
    if loss == "binary_cross_entropy":
        return rng.uniform(0.01, 0.99, (n, 3)), rng.random((n, 3))
    return rng.standard_normal((n, 3)), rng.standard_normal((n, 3))


@pytest.mark.parametrize("name", NAMES)
def test_every_backend_has_every_loss(name: str) -> None:
    assert {name} <= ours.LOSSES.keys() & theirs.LOSSES.keys()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_equals_central_differences(name: str, reduction: str) -> None:
    loss = ours.build(_settings(name, reduction))
    outputs, y = _batch(name)
    numerical, step = np.empty_like(outputs), 1e-6
    for index in np.ndindex(outputs.shape):
        values = []
        for sign in (1, -1):
            moved = outputs.copy()
            moved[index] += sign * step
            values.append(loss(moved, y)[0])
        numerical[index] = (values[0] - values[1]) / (2 * step)
    np.testing.assert_allclose(loss(outputs.copy(), y)[1], numerical, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", ORACLES)
def test_loss_and_gradient_equal_torchs_modules(name: str, reduction: str) -> None:
    settings, (outputs, y) = _settings(name, reduction), _batch(name)
    for build in (ours.build, theirs.build):
        leaf = torch.tensor(outputs, requires_grad=True)
        value = ORACLES[name](reduction, settings.huber_delta)(leaf, torch.tensor(y))
        value.backward()
        if build is ours.build:
            loss, grad = build(settings)(outputs.copy(), y)
        else:
            mine = torch.tensor(outputs, requires_grad=True)
            found = build(settings)(mine, torch.tensor(y))
            found.backward()
            loss, grad = found.item(), mine.grad.numpy()
        np.testing.assert_allclose(loss, value.item(), rtol=1e-12)
        np.testing.assert_allclose(grad, leaf.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_the_sum_is_the_mean_times_what_it_is_taken_over(name: str) -> None:
    outputs, y = _batch(name)
    count = len(outputs) if name in CLASS_LOSSES else outputs.size
    for build, put in ((ours.build, np.array), (theirs.build, torch.tensor)):
        values = {}
        for reduction in ("mean", "sum"):
            found = build(_settings(name, reduction))(put(outputs), put(y))
            values[reduction] = float(found[0] if isinstance(found, tuple) else found)
        assert values["sum"] == pytest.approx(count * values["mean"], rel=1e-12)


def test_binary_cross_entropy_at_its_edges() -> None:
    p, y = np.array([[0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 0.0, 1.0, 1.0]])
    with np.errstate(divide="ignore"):
        loss, grad = ours.binary_cross_entropy(p, y)
    leaf = torch.tensor(p, requires_grad=True)
    value = torch.nn.BCELoss()(leaf, torch.tensor(y))
    value.backward()
    assert loss == value.item() == 50  # two logarithms of 0, each -100, over four elements
    # torch keeps its 1e-12 in float32, whatever the dtype of the loss.
    np.testing.assert_allclose(grad, leaf.grad.numpy(), rtol=1e-8)


def test_binary_cross_entropy_of_nan_is_nan_everywhere() -> None:
    p, y = np.array([[0.5], [np.nan]]), np.zeros((2, 1))
    assert np.isnan(ours.binary_cross_entropy(p, y)[0])
    leaf = torch.tensor(p, requires_grad=True)
    found = theirs.binary_cross_entropy(leaf, torch.tensor(y))
    found.backward()
    assert torch.isnan(found)
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        theirs.binary_cross_entropy(torch.tensor([[1.5]]), torch.tensor([[0.0]]))


def test_the_kinks_of_l1_and_huber() -> None:
    zeros = np.zeros((2, 1))
    np.testing.assert_array_equal(ours.l1(zeros, zeros)[1], zeros)
    apart = np.array([[2.0], [-2.0]])
    loss, grad = ours.huber(apart, zeros, delta=2.0)
    assert loss == 2.0  # half the square and the line meet at delta
    np.testing.assert_array_equal(grad, apart / 2)
