"""NumPy and PyTorch from equal weights over equal batches: equal loss curves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from backends_helpers import LAYERS, LOSSES, OUTPUTS, batch, network, on, train

from harness import backends
from harness.backends.numpy_backend.optimizers import OPTIMIZERS
from harness.config.train import Optimizer

RULES = {
    "sgd": Optimizer(name="sgd", lr=0.03),
    "momentum": Optimizer(name="sgd", lr=0.01, momentum=0.9),
    "dampening": Optimizer(name="sgd", lr=0.02, momentum=0.9, dampening=0.5),
    "weight_decay": Optimizer(name="sgd", lr=0.03, weight_decay=0.1),
    "adam": Optimizer(name="adam", lr=0.005, beta1=0.8, beta2=0.99),
    "adam_decay": Optimizer(name="adam", lr=0.005, weight_decay=0.1),
    "rmsprop": Optimizer(name="rmsprop", lr=0.002, alpha=0.9, weight_decay=0.01),
}
STEPS = 120
ORACLES = {
    "sgd": lambda optim, params, s: optim.SGD(
        params,
        lr=s.lr,
        momentum=s.momentum,
        dampening=s.dampening,
        weight_decay=s.weight_decay,
    ),
    "adam": lambda optim, params, s: optim.Adam(
        params, lr=s.lr, betas=(s.beta1, s.beta2), eps=s.eps, weight_decay=s.weight_decay
    ),
    "rmsprop": lambda optim, params, s: optim.RMSprop(
        params, lr=s.lr, alpha=s.alpha, eps=s.eps, weight_decay=s.weight_decay
    ),
}
"""torch's rules, given the settings by name."""


def _losses(backend: str, kind: str, settings) -> tuple[np.ndarray, dict]:
    net = network(backend, kind, settings)
    arrays = [batch(settings.loss, seed=seed) for seed in range(8)]
    batches = [on(backend, x, y) for x, y in arrays]
    read = backends.get(backend).array
    losses = [float(read(net.step(*batches[i % 8]))) for i in range(STEPS)]
    return np.array(losses), net.weights()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss", LOSSES)
def test_float64_loss_curves_agree_to_1e_9(loss: str, rule: str) -> None:
    settings = train(loss, optimizer=RULES[rule], l2=0.01)
    ours, our_weights = _losses("numpy", "relu", settings)
    theirs, their_weights = _losses("torch", "relu", settings)
    assert ours[-8:].mean() < ours[:8].mean()  # over the same eight batches
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for name in our_weights:
        np.testing.assert_allclose(our_weights[name], their_weights[name], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("kind", LAYERS)
def test_curves_agree_for_every_layer_dropout_included(kind: str) -> None:
    settings = train("cross_entropy")
    np.testing.assert_allclose(
        _losses("numpy", kind, settings)[0], _losses("torch", kind, settings)[0], rtol=1e-9
    )


@pytest.mark.parametrize("rule", RULES)
def test_an_update_rule_equals_torchs_on_any_gradients(rule: str) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    start, settings = rng.standard_normal((3, 4)), RULES[rule]
    ours = {"w": start.copy()}
    theirs = torch.nn.Parameter(torch.tensor(start))
    optimizer = ORACLES[settings.name](torch.optim, [theirs], settings)
    update = OPTIMIZERS[settings.name](ours, settings, settings.lr)
    for _ in range(50):
        grad = rng.standard_normal((3, 4)) * 10.0 ** rng.integers(-9, 3)
        theirs.grad = torch.tensor(grad)
        update.update({"w": grad.copy()})
        optimizer.step()
        np.testing.assert_allclose(ours["w"], theirs.detach().numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rule", RULES)
def test_torchs_optimizers_without_its_compiler_take_the_steps_of_torchs_own(rule: str) -> None:
    torch = pytest.importorskip("torch")
    eager = pytest.importorskip("harness.backends.torch_backend.network").OPTIMIZERS
    rng = np.random.default_rng(0)
    settings = RULES[rule]
    ours, theirs = (torch.nn.Parameter(torch.tensor(rng.standard_normal(7))) for _ in range(2))
    theirs.data.copy_(ours.data)
    optimizers = (
        (ours, eager[settings.name]([ours], settings, settings.lr)),
        (theirs, ORACLES[settings.name](torch.optim, [theirs], settings)),
    )
    for _ in range(20):
        grad = torch.tensor(rng.standard_normal(7) * 10.0 ** rng.integers(-9, 3))
        for weights, optimizer in optimizers:
            optimizer.zero_grad()
            assert weights.grad is None
            weights.grad = grad.clone()
            optimizer.step()
            kept = optimizer.state[weights].values()
            assert not any(value.requires_grad for value in kept if torch.is_tensor(value))
        assert torch.equal(ours, theirs)


STEP = """
import sys
import backends_helpers as bh
from harness.config.train import Optimizer
for name in ("sgd", "adam", "rmsprop"):
    settings = bh.train("cross_entropy", optimizer=Optimizer(name=name, lr=0.1))
    x, y = bh.batch("cross_entropy")
    bh.network("torch", "relu", settings).step(*bh.on("torch", x, y))
print("torch._dynamo" in sys.modules)
"""


def test_a_step_in_torch_does_without_its_compiler() -> None:
    pytest.importorskip("torch")
    run = [sys.executable, "-c", STEP]
    told = subprocess.run(
        run, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False"]


@pytest.mark.parametrize("loss", ["cross_entropy", "multiclass_hinge"])
def test_both_diverge_to_the_same_kind_of_number(loss: str) -> None:
    settings = train(loss, dtype="float32", optimizer=Optimizer(lr=1e30), l2=1.0)
    x, y = batch(loss)
    final = {}
    for backend in ("numpy", "torch"):
        net = network(backend, "relu", settings)
        handles = on(backend, x.astype(np.float32), y)
        final[backend] = [float(backends.get(backend).array(net.step(*handles))) for _ in range(6)]
    assert not np.isfinite(final["numpy"][-1])
    assert np.isfinite(final["numpy"]).tolist() == np.isfinite(final["torch"]).tolist()


def test_a_step_leaves_the_callers_weights_alone() -> None:
    x, y = batch("cross_entropy")
    for backend in ("numpy", "torch"):
        weights = network(backend, "relu", train("cross_entropy")).weights()
        before = {name: value.copy() for name, value in weights.items()}
        network(backend, "relu", train("cross_entropy"), weights).step(*on(backend, x, y))
        for name in weights:
            np.testing.assert_array_equal(weights[name], before[name])


def test_outputs_are_one_score_per_class() -> None:
    x, _ = batch("cross_entropy")
    for backend in ("numpy", "torch"):
        net = network(backend, "tanh", train("cross_entropy"))
        scores = backends.get(backend).array(net.predict(*on(backend, x)))
        assert scores.shape == (len(x), OUTPUTS)
        assert scores.dtype == np.float64
