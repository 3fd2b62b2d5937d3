"""Normalisation, GELU and softmax: numerical gradients, torch's own modules, and their modes."""

from __future__ import annotations

import numpy as np
import pytest
from backends_helpers import batch, network, on, train
from scipy import integrate, stats

from harness import backends
from harness.backends.initial import initial_weights
from harness.backends.numpy_backend.layers import GELU, LogSoftmax, Softmax
from harness.backends.numpy_backend.normalization import BatchNorm, LayerNorm
from harness.backends.protocol import check_batch_norm_input, decays
from harness.config import layers
from harness.config.model import Init, Model, ShapeError, place
from harness.errors import BatchTooSmall

STEP = 1e-6
torch = pytest.importorskip("torch")


def _params(features: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    return {"weight": rng.uniform(0.5, 2, features), "bias": rng.standard_normal(features)}


def _batch_norm(features: int) -> BatchNorm:
    layer = BatchNorm(_params(features), momentum=0.3, eps=1e-3)
    rng = np.random.default_rng(8)
    layer.running_mean[:] = rng.standard_normal(features)
    layer.running_var[:] = rng.uniform(0.5, 2, features)
    return layer


CASES = {
    "batch_norm": (lambda: _batch_norm(4), (6, 4)),
    "batch_norm images": (lambda: _batch_norm(3), (2, 3, 2, 2)),
    "layer_norm": (lambda: LayerNorm(_params(4), eps=1e-3), (5, 4)),
    "layer_norm, one example": (lambda: LayerNorm(_params(4), eps=1e-3), (1, 4)),
    "gelu": (GELU, (3, 4)),
    "softmax": (Softmax, (3, 4)),
    "log_softmax": (LogSoftmax, (3, 4)),
}


def _numerical(value, at: np.ndarray) -> np.ndarray:
    """Central differences of a scalar function of an array."""
    out = np.empty_like(at)
    for index in np.ndindex(at.shape):
        ends = []
        for sign in (1, -1):
            moved = at.copy()
            moved[index] += sign * STEP
            ends.append(value(moved))
        out[index] = (ends[0] - ends[1]) / (2 * STEP)
    return out


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_backward_equals_central_differences_in_either_mode(case: str, training: bool) -> None:
    make, shape = CASES[case]
    rng = np.random.default_rng(1)
    x, upstream = rng.standard_normal(shape), rng.standard_normal(shape)
    layer = make()

    def loss(moved, **params):
        fresh = make()
        fresh.params |= params
        return float((fresh.forward(moved, training=training)[0] * upstream).sum())

    _, cache = layer.forward(x, training=training)
    for name, grad in layer.gradients(upstream, cache).items():
        found = _numerical(lambda at, name=name: loss(x, **{name: at}), layer.params[name])
        np.testing.assert_allclose(grad, found, rtol=1e-6, atol=1e-8)
    back = layer.backward(upstream.copy(), cache)
    np.testing.assert_allclose(back, _numerical(loss, x), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("shape", [(6, 4), (2, 4, 3, 3)])
def test_batch_norm_follows_torch_batch_by_batch(shape: tuple[int, ...]) -> None:
    ours = BatchNorm(_params(4), momentum=0.1, eps=1e-5)
    kind = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
    theirs = kind(4).double()
    theirs.load_state_dict({**theirs.state_dict(), **_tensors(_params(4))})
    rng = np.random.default_rng(2)
    for _ in range(5):
        x = rng.normal(3, 2, shape)
        out = theirs(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(ours.forward(x, training=True)[0], out, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.running_mean, theirs.running_mean.numpy(), rtol=1e-12)
    np.testing.assert_allclose(ours.running_var, theirs.running_var.numpy(), rtol=1e-12)
    out = theirs.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(ours.forward(x, training=False)[0], out, rtol=1e-12, atol=1e-12)


def _tensors(params: dict[str, np.ndarray]) -> dict:
    return {name: torch.tensor(value) for name, value in params.items()}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_training_moves_the_running_statistics_that_evaluation_uses(backend: str) -> None:
    net = network(backend, "batch_norm", train("cross_entropy"))
    x, y = on(backend, *batch("cross_entropy", n=64))
    before = net.loss(x, y)
    assert net.loss(x, y) == before  # evaluation moves nothing
    net.step(x, y)
    assert not {name for name in net.weights() if "running" in name}
    np.testing.assert_allclose(net.predict(x)[:3], net.predict(x[:3]), rtol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_training_batch_of_one_is_refused_and_an_evaluated_one_is_not(backend: str) -> None:
    x, y = on(backend, *batch("cross_entropy", n=1))
    net = network(backend, "batch_norm", train("cross_entropy"))
    with pytest.raises(BatchTooSmall, match=r"more than one value per feature.*\(1, 7\)"):
        net.step(x, y)
    assert np.isfinite(net.loss(x, y))
    assert np.isfinite(
        float(
            backends.get(backend).array(
                network(backend, "layer_norm", train("cross_entropy")).step(x, y)
            )
        )
    )


def test_one_image_of_several_pixels_is_a_batch() -> None:
    check_batch_norm_input((1, 3, 2, 2))
    with pytest.raises(BatchTooSmall):
        check_batch_norm_input((1, 3, 1, 1))


def test_gelu_is_x_times_the_integral_of_the_normal_density() -> None:
    x = np.array([-5.0, -0.75, 0.0, 0.5, 4.0])
    below = [integrate.quad(stats.norm.pdf, -np.inf, value)[0] for value in x]
    found, _ = GELU().forward(x, training=False)
    np.testing.assert_allclose(found, x * below, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_the_dtype_is_kept(case: str, dtype: str) -> None:
    make, shape = CASES[case]
    layer = make()
    for name in layer.params:
        layer.params[name] = layer.params[name].astype(dtype)
    if isinstance(layer, BatchNorm):
        layer = BatchNorm(layer.params, 0.1, 1e-5)
    out, cache = layer.forward(np.ones(shape, dtype), training=True)
    assert out.dtype == dtype
    assert layer.backward(np.ones(shape, dtype), cache).dtype == dtype


@pytest.mark.parametrize("scheme", ["default", "normal", "zeros", "kaiming"])
def test_normalisation_starts_at_one_and_zero_and_draws_nothing(scheme: str) -> None:
    norm, linear = layers.BatchNorm(), layers.Linear(out=5)
    with_norm = place(Model(layers=(linear, norm, linear)), (3,), 5)
    without = place(Model(layers=(linear, linear)), (3,), 5)
    init = Init(scheme=scheme, bias="default")  # type: ignore[arg-type]
    weights = initial_weights(with_norm, init, np.random.default_rng(0))
    plain = initial_weights(without, init, np.random.default_rng(0))
    np.testing.assert_array_equal(weights["1.weight"], np.ones(5))
    np.testing.assert_array_equal(weights["1.bias"], np.zeros(5))
    np.testing.assert_array_equal(weights["2.weight"], plain["1.weight"])


def test_penalties_leave_the_scale_of_a_normalisation_alone() -> None:
    assert decays("0.weight", 2)
    assert decays("0.weight", 4)
    assert not decays("1.weight", 1)
    assert not decays("0.bias", 1)
    grads = []
    for l2 in (0.0, 3.0):
        net = network("numpy", "batch_norm", train("cross_entropy", l2=l2))
        grads.append(net.gradients(*batch("cross_entropy")))
    np.testing.assert_array_equal(grads[0]["2.weight"], grads[1]["2.weight"])
    assert np.abs(grads[0]["1.weight"] - grads[1]["1.weight"]).max() > 0.01


def test_places_that_cannot_be_normalised_are_refused() -> None:
    images = Model(layers=(layers.LayerNorm(), layers.Flatten(), layers.Linear(out=2)))
    with pytest.raises(ShapeError, match=r"layer_norm must get flat input .*\(3, 4, 4\)"):
        place(images, (3, 4, 4), 2)
    per_channel = Model(layers=(layers.BatchNorm(), layers.Flatten(), layers.Linear(out=2)))
    assert place(per_channel, (3, 4, 4), 2)[0].params == {"weight": (3,), "bias": (3,)}


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_prediction_in_training_mode_uses_the_batch_and_moves_the_running_statistics(
    backend: str,
) -> None:
    net = network(backend, "batch_norm", train("cross_entropy"))
    (x,) = on(backend, batch("cross_entropy", n=64)[0])
    read = backends.get(backend).array
    before, live = read(net.predict(x)), read(net.predict(x, training=True))
    assert np.abs(live - before).max() > 0.01
    for _ in range(60):  # momentum 0.3: the running statistics become those of the batch
        net.predict(x, training=True)
    # the variance of evaluation is the unbiased one, 64/63 of the batch's
    np.testing.assert_allclose(read(net.predict(x)), live, atol=0.02)
