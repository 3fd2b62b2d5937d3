"""Networks trained side by side do what each does alone, step by step.

In float64 the two ways may differ by the order of sums: 1e-9 of the largest weight after six steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backends_helpers import LAYERS, LOSSES, OUTPUTS, SHAPE, batch, placed, train

from harness import backends
from harness.backends.initial import initial_weights
from harness.backends.numpy_backend import optimizers
from harness.backends.protocol import Pool, Stack
from harness.backends.stacks import LAYERS as STACKED
from harness.backends.stacks import stackable
from harness.config.layers import LAYERS as KINDS
from harness.config.model import Init
from harness.config.train import Optimizer, Train
from harness.errors import UsageError

BOTH = ("numpy", "torch")
MEMBERS, STEPS, POOL, BATCH = 3, 6, 20, 7
RATES = np.array([0.05, 0.02, 0.08])
STACKABLE = [kind for kind in LAYERS if KINDS[kind] in STACKED]
RULES: dict[str, dict[str, Any]] = {
    "plain": {"name": "sgd"},
    "momentum": {"name": "sgd", "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
    "adam": {"name": "adam", "weight_decay": 0.1},
    "rmsprop": {"name": "rmsprop", "weight_decay": 0.1},
}


def _initial(kind: str, settings: Train) -> list[dict[str, np.ndarray]]:
    steps = placed(kind, settings.loss)
    return [initial_weights(steps, Init(), np.random.default_rng(seed)) for seed in range(MEMBERS)]


def _rows(size: int = BATCH) -> np.ndarray:
    return np.random.default_rng(1).integers(POOL, size=(STEPS, MEMBERS, size))


def _stack(backend: str, kind: str, settings: Train, pool: Pool) -> Stack:
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)
    made: Stack = backends.get(backend).stack(  # type: ignore[attr-defined]
        placed(kind, settings.loss), _initial(kind, settings), [settings] * MEMBERS, "cpu", pool
    )
    return made


def _alone(
    backend: str, kind: str, settings: Train, pool: Pool, rows: np.ndarray | None
) -> tuple[np.ndarray, list[dict[str, np.ndarray]]]:
    """Train each member by itself; return losses (steps, members) and weights."""
    own, losses, weights = backends.get(backend), np.empty((STEPS, MEMBERS)), []
    for number, initial in enumerate(_initial(kind, settings)):
        network = own.network(
            placed(kind, settings.loss), initial, settings, "cpu", np.random.default_rng(0)
        )
        network.set_lr(float(RATES[number]))
        for step in range(STEPS):
            one = slice(None) if rows is None else rows[step, number]
            x, y = own.put(pool.x[one], "cpu"), own.put(pool.y[one], "cpu")
            losses[step, number] = float(own.array(network.step(x, y)))
        weights.append(network.weights())
    return losses, weights


def _agree(backend: str, kind: str, settings: Train, *, full: bool = False) -> None:
    pool, rows = Pool(*batch(settings.loss, POOL)), None if full else _rows()
    stack, rates = _stack(backend, kind, settings, pool), np.tile(RATES, (STEPS, 1))
    found = []
    for some in (slice(0, 2), slice(2, STEPS)):  # in two blocks
        stack.train(None if rows is None else rows[some], rates[some])
        found.append(stack.losses())
    losses, weights = _alone(backend, kind, settings, pool, rows)
    np.testing.assert_allclose(np.concatenate(found), losses, rtol=1e-9)
    for number, alone in enumerate(weights):
        together = stack.weights(number)
        assert list(together) == list(alone)
        for name, value in alone.items():
            assert together[name].dtype == value.dtype
            np.testing.assert_allclose(together[name], value, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("kind", STACKABLE)
def test_every_layer_that_can_be_stacked(backend: str, kind: str) -> None:
    _agree(backend, kind, train("mse", l2=0.1, l1=0.01))


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_every_loss(backend: str, loss: str, reduction: str) -> None:
    _agree(backend, "tanh", train(loss, reduction=reduction, huber_delta=0.4))


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("rule", RULES)
def test_every_optimizer(backend: str, rule: str) -> None:
    _agree(backend, "relu", train("cross_entropy", optimizer=Optimizer(lr=0.05, **RULES[rule])))


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("rule", ["plain", "adam"])
def test_members_of_one_rate(backend: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "RATES", np.full(MEMBERS, 0.05))
    _agree(backend, "relu", train("cross_entropy", optimizer=Optimizer(lr=0.05, **RULES[rule])))


def test_adam_without_the_kernel_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = pytest.importorskip("harness.backends.torch_backend.stack.parameters")
    monkeypatch.setattr(parameters, "FUSED", False)
    test_members_of_one_rate("torch", "adam", monkeypatch)


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("rule", ["momentum", "adam"])
def test_what_has_decayed_to_almost_nothing_is_cleared(backend: str, rule: str) -> None:
    # Pixels that are on in the first step alone; without a decay their gradients are 0 after it.
    pool = Pool(np.zeros((2, *SHAPE), np.float32), np.zeros((2, OUTPUTS), np.float32))
    pool.x[0] = 1
    optimizer = Optimizer(lr=0.05, **{**RULES[rule], "weight_decay": 0.0})
    settings = train("mse", dtype="float32", batch_size=1, optimizer=optimizer)
    stack: Any = _stack(backend, "linear", settings, pool)
    rows = np.ones((1024, MEMBERS, 1), np.int64)
    rows[0] = 0
    stack.train(rows, np.tile(RATES, (len(rows), 1)))
    if backend == "numpy":
        first = next(own for name, _, (_, *own) in stack._optimizer._pieces if "weight" in name)[0]
    else:
        kept = stack._rule._velocity if rule == "momentum" else stack._rule._mean
        first = next(part for name, part in kept.parts.items() if "weight" in name).numpy()
    # Without it they would stay at the smallest number that float32 has.
    np.testing.assert_array_equal(first, 0)


@pytest.mark.parametrize("backend", BOTH)
def test_all_examples_in_every_step(backend: str) -> None:
    _agree(backend, "relu", train("huber", batch_size="full"), full=True)


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("kind", ["linear", "layer_norm", "relu"])
@pytest.mark.parametrize("feeds", [1, 2])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_members_that_share_feeds_do_as_if_each_had_its_own(
    backend: str, kind: str, feeds: int, l2: float
) -> None:
    settings, pool = train("mse", l2=l2), Pool(*batch("mse", POOL))
    initial = [one for seed in range(2) for one in _initial(kind, settings)[:2]]
    rows, rates = _rows()[:, :feeds], np.tile(np.array([0.05, 0.02, 0.08, 0.01]), (STEPS, 1))
    own = rows.repeat(4 // feeds, axis=1)
    both = []
    for seen in (rows, own):
        stack = backends.get(backend).stack(  # type: ignore[attr-defined]
            placed(kind, settings.loss), initial, [settings] * 4, "cpu", pool
        )
        stack.train(seen, rates)
        both.append((stack.losses(), [stack.weights(member) for member in range(4)]))
    (losses, weights), (apart, alone) = both
    np.testing.assert_allclose(losses, apart, rtol=1e-10)
    for one, other in zip(weights, alone, strict=True):
        for name, value in other.items():
            np.testing.assert_allclose(one[name], value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("backend", BOTH)
def test_losses_on_all_examples(backend: str) -> None:
    settings = train("mse", l2=0.1, l1=0.02, batch_size=BATCH)
    pool = Pool(*batch("mse", POOL))
    stack = _stack(backend, "tanh", settings, pool)
    stack.train(_rows(), np.tile(RATES, (STEPS, 1)))
    own = backends.get(backend)
    for member, loss in enumerate(stack.whole_losses()):
        steps, stream = placed("tanh", settings.loss), np.random.default_rng(0)
        network = own.network(steps, stack.weights(member), settings, "cpu", stream)
        whole = own.put(pool.x, "cpu"), own.put(pool.y, "cpu")
        assert loss == pytest.approx(network.loss(*whole), rel=1e-12)
        outputs, again = network.score(*whole)
        assert again == network.loss(*whole)
        np.testing.assert_array_equal(own.array(outputs), own.array(network.predict(whole[0])))


@pytest.mark.parametrize("backend", BOTH)
def test_a_penalty_that_only_some_have_is_refused(backend: str) -> None:
    settings = [train("mse", l2=l2) for l2 in (0.1, 0.0, 0.2)]
    with pytest.raises(UsageError, match="l2 must be above 0 for all cells"):
        backends.get(backend).stack(  # type: ignore[attr-defined]
            placed("tanh", "mse"), _initial("tanh", settings[0]), settings, "cpu",
            Pool(*batch("mse", POOL)),
        )  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_updates_in_pieces_are_those_of_the_whole(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = train("cross_entropy", optimizer=Optimizer(lr=0.05, **RULES[rule]))
    pool, rates = Pool(*batch("cross_entropy", POOL)), np.tile(RATES, (STEPS, 1))
    stacks = []
    for piece in (10**6, 3, 40):
        monkeypatch.setattr(optimizers, "PIECE", piece)
        stacks.append(_stack("numpy", "relu", settings, pool))
        stacks[-1].train(_rows(), rates)
    for member in range(MEMBERS):
        for other in stacks[1:]:
            np.testing.assert_equal(other.weights(member), stacks[0].weights(member))


@pytest.mark.parametrize("backend", BOTH)
def test_examples_of_each_members_own(backend: str) -> None:
    settings = train("mse", batch_size="full")
    own = [batch("mse", POOL, seed) for seed in range(MEMBERS)]
    pool = Pool(*(np.concatenate(parts) for parts in zip(*own, strict=True)), shared=False)
    stack = _stack(backend, "tanh", settings, pool)
    stack.train(None, RATES[None])
    for number, (x, y) in enumerate(own):
        single = Pool(x, y)
        losses, _ = _alone(backend, "tanh", settings, single, None)
        assert stack.losses()[0, number] == pytest.approx(losses[0, number], rel=1e-12)


@pytest.mark.parametrize("backend", BOTH)
def test_a_member_that_diverges_keeps_its_weights_and_disturbs_none(backend: str) -> None:
    settings = train("mse", dtype="float64", after_divergence="stop")
    pool, rows = Pool(*batch("mse", POOL)), _rows()
    stack = _stack(backend, "linear", settings, pool)
    rates = np.tile(RATES, (STEPS, 1))
    rates[:, 1] = 1e200
    stack.train(rows, rates)
    losses = stack.losses()
    first = int(np.flatnonzero(~np.isfinite(losses[:, 1]))[0])
    assert first < STEPS - 1
    again = _stack(backend, "linear", settings, pool)
    again.train(rows[: first + 1], rates[: first + 1])
    np.testing.assert_equal(stack.weights(1), again.weights(1))
    alone, weights = _alone(backend, "linear", settings, pool, rows)
    np.testing.assert_allclose(losses[:, [0, 2]], alone[:, [0, 2]], rtol=1e-9)
    for name, value in weights[2].items():
        np.testing.assert_allclose(stack.weights(2)[name], value, rtol=1e-8)


@pytest.mark.parametrize("backend", BOTH)
def test_pixels_are_scaled_when_they_are_gathered(backend: str) -> None:
    pixels = np.random.default_rng(0).integers(256, size=(POOL, *SHAPE), dtype=np.uint8)
    labels = np.random.default_rng(1).integers(OUTPUTS, size=POOL)
    settings = train("cross_entropy", batch_size=BATCH)
    scaled = Pool(pixels / 255.0, labels)
    streamed = Pool(pixels, labels, lambda x: x / 255.0)
    rows, rates = _rows(), np.tile(RATES, (STEPS, 1))
    stacks = [_stack(backend, "relu", settings, pool) for pool in (scaled, streamed)]
    for stack in stacks:
        stack.train(rows, rates)
    np.testing.assert_array_equal(stacks[0].losses(), stacks[1].losses())


def test_what_cannot_be_stacked() -> None:
    plain, layers = train("mse"), [step.layer for step in placed("relu")]
    assert stackable(layers, plain)
    assert not stackable([step.layer for step in placed("conv2d")], plain)
    assert not stackable([step.layer for step in placed("dropout")], plain)
    assert not stackable([step.layer for step in placed("batch_norm")], plain)
    for other in ({"accumulate": 2}, {"zero_grad": "never"}, {"backward": False}):
        assert not stackable(layers, train("mse", **other))
    assert not stackable(layers, train("mse", evaluate_every=1))
