"""Every option of the training loop: NumPy against PyTorch step by step, and by hand."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from backends_helpers import batch, network, on, train

from harness import backends
from harness.config.train import Optimizer, Train

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "reduction": [{"reduction": "sum", "lr": 0.002, "optimizer": Optimizer()}],
    "l2": [{"l2": 0.1}],
    "l1": [{"l1": 0.02}, {"l1": 0.02, "l2": 0.1}],
    "accumulate": [{"accumulate": 3}],
    "accumulate_mean": [{"accumulate": 3, "accumulate_mean": False}],
    "zero_grad": [
        {"zero_grad": "never"},
        {"zero_grad": "never", "accumulate": 2},
        {"zero_grad": "before_update"},
        {"zero_grad": "never", "optimizer": Optimizer(name="adam", lr=0.01)},
    ],
    "backward": [{"backward": False}, {"backward": False, "l2": 0.1}],
}
"""Settings of a `Network` by the key of ``[train]`` they try."""
LOOP = {"epochs", "steps", "batch_size", "sampling", "drop_last", "lr_decay", "schedule"}
LOOP |= {"log_every", "after_divergence", "evaluate", "evaluate_every", "measure", "keep"}
"""Keys that the training loop sees to, not the network."""
ELSEWHERE = {"loss", "huber_delta", "optimizer", "lr", "dtype"}
"""Keys that the tests of losses, of agreement and of the contract try."""
TRIED = [
    pytest.param(options, id=f"{key}-{i}")
    for key, tried in OPTIONS.items()
    for i, options in enumerate(tried)
]
BOTH = ("numpy", "torch")


def _run(backend: str, settings: Train, steps: int = 12) -> tuple[list[float], list[dict]]:
    net, read = network(backend, "tanh", settings), backends.get(backend).array
    losses, weights = [], [net.weights()]
    for i in range(steps):
        losses.append(float(read(net.step(*on(backend, *batch(settings.loss, seed=i))))))
        weights.append(net.weights())
    return losses, weights


def _moves(weights: list[dict]) -> list[bool]:
    return [any((a[k] != b[k]).any() for k in a) for a, b in itertools.pairwise(weights)]


def test_every_key_of_the_schema_is_tried_somewhere() -> None:
    assert set(Train.model_fields) == OPTIONS.keys() | LOOP | ELSEWHERE


@pytest.mark.parametrize("options", TRIED)
def test_both_backends_go_the_same_way_step_by_step(options: dict[str, Any]) -> None:
    ours, our_weights = _run("numpy", train("cross_entropy", **options))
    theirs, their_weights = _run("torch", train("cross_entropy", **options))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for a, b in zip(our_weights, their_weights, strict=True):
        for name in a:
            np.testing.assert_allclose(a[name], b[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("options", TRIED)
def test_an_option_is_no_idle_setting(backend: str, options: dict[str, Any]) -> None:
    plain = {"lr": 0.002, "optimizer": Optimizer()} if "reduction" in options else {}
    if "optimizer" in options and "zero_grad" in options:
        plain = {"optimizer": options["optimizer"]}
    _, with_it = _run(backend, train("cross_entropy", **options), 4)
    _, without = _run(backend, train("cross_entropy", **plain), 4)
    assert _moves([with_it[-1], without[-1]]) == [True]


@pytest.mark.parametrize("backend", BOTH)
def test_accumulated_batches_equal_the_batch_they_make_up(backend: str) -> None:
    x, y = batch("cross_entropy", n=12)
    start = network(backend, "tanh", train("cross_entropy")).weights()
    moved = {}
    for mean in (True, False):
        settings = train("cross_entropy", accumulate=4, accumulate_mean=mean)
        net = network(backend, "tanh", settings, start)
        for i in range(0, 12, 3):
            net.step(*on(backend, x[i : i + 3], y[i : i + 3]))
        moved[mean] = {name: value - start[name] for name, value in net.weights().items()}
    whole = network(backend, "tanh", train("cross_entropy"), start)
    whole.step(*on(backend, x, y))
    for name, after in whole.weights().items():
        np.testing.assert_allclose(moved[True][name], after - start[name], rtol=1e-9, atol=1e-14)
        np.testing.assert_allclose(moved[False][name], 4 * moved[True][name], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("backend", BOTH)
def test_weights_move_once_in_so_many_batches(backend: str) -> None:
    _, weights = _run(backend, train("cross_entropy", accumulate=3), 7)
    assert _moves(weights) == [False, False, True, False, False, True, False]


@pytest.mark.parametrize("backend", BOTH)
def test_uncleared_gradients_make_the_kth_step_the_sum_of_k_gradients(backend: str) -> None:
    settings = train("cross_entropy", zero_grad="never")
    _, weights = _run(backend, settings, 5)
    total: dict[str, np.ndarray] = {}
    for i, (before, after) in enumerate(itertools.pairwise(weights)):
        plain = network(backend, "tanh", train("cross_entropy"), before)
        for name, grad in plain.gradients(*on(backend, *batch("cross_entropy", seed=i))).items():
            total[name] = total.get(name, 0) + grad
            np.testing.assert_allclose(
                after[name], before[name] - 0.05 * total[name], rtol=1e-9, atol=1e-12
            )


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("when", ["before_backward", "after_update"])
@pytest.mark.parametrize("backend", BOTH)
def test_the_orders_that_work_come_to_the_same(backend: str, when: str, accumulate: int) -> None:
    plain = _run(backend, train("cross_entropy", accumulate=accumulate), 7)
    other = _run(backend, train("cross_entropy", accumulate=accumulate, zero_grad=when), 7)
    assert plain[0] == other[0]
    for a, b in zip(plain[1], other[1], strict=True):
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


@pytest.mark.parametrize("options", [{"backward": False}, {"zero_grad": "before_update"}])
@pytest.mark.parametrize("backend", BOTH)
def test_without_gradients_nothing_moves(backend: str, options: dict[str, Any]) -> None:
    for rule in (Optimizer(lr=0.1, momentum=0.9, weight_decay=0.1), Optimizer(name="adam", lr=0.1)):
        losses, weights = _run(backend, train("cross_entropy", optimizer=rule, **options), 4)
        assert not any(_moves(weights))
        assert np.isfinite(losses).all()


@pytest.mark.parametrize("rule", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("backend", BOTH)
def test_a_learning_rate_that_is_set_holds_from_the_next_step_on(backend: str, rule: str) -> None:
    handles = on(backend, *batch("cross_entropy"))
    nets = [
        network(backend, "tanh", train("cross_entropy", optimizer=Optimizer(name=rule, lr=lr)))  # type: ignore[arg-type]
        for lr in (0.1, 0.02)
    ]
    nets[0].set_lr(0.02)
    for net in nets:
        net.step(*handles)
    for name, value in nets[0].weights().items():
        np.testing.assert_array_equal(value, nets[1].weights()[name])


@pytest.mark.parametrize("backend", BOTH)
def test_the_l1_term_is_of_weights_not_biases(backend: str) -> None:
    handles = on(backend, *batch("cross_entropy"))
    plain, net = (network(backend, "tanh", train("cross_entropy", l1=l1)) for l1 in (0.0, 0.5))
    weights = plain.weights()
    size = sum(np.abs(value).sum() for name, value in weights.items() if "weight" in name)
    assert net.loss(*handles) - plain.loss(*handles) == pytest.approx(0.5 * size, rel=1e-12)
    bare, found = plain.gradients(*handles), net.gradients(*handles)
    for name, grad in found.items():
        extra = 0.5 * np.sign(weights[name]) if name.endswith("weight") else 0
        np.testing.assert_allclose(grad - bare[name], extra, rtol=1e-9, atol=1e-12)
