"""Initial weights against torch.nn.init, the papers' variances and what needs no draw."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest

from harness.backends.initial import BIASES, WEIGHTS, initial_weights
from harness.config import layers
from harness.config.model import Init, PlacedLayer

LINEAR = PlacedLayer(
    1, layers.Linear(out=300), (200,), (300,), {"weight": (300, 200), "bias": (300,)}
)
CONV = PlacedLayer(
    0,
    layers.Conv2d(out=80, kernel=5),
    (30, 9, 9),
    (80, 5, 5),
    {"weight": (80, 30, 5, 5), "bias": (80,)},
)


def draw(step: PlacedLayer, seed: int = 0, **settings: object) -> dict[str, np.ndarray]:
    init = Init(**settings)  # type: ignore[arg-type]
    return initial_weights([step], init, np.random.default_rng(seed))


def test_every_scheme_of_the_schema_can_be_drawn() -> None:
    assert set(WEIGHTS) == set(get_args(Init.model_fields["scheme"].annotation))
    assert set(BIASES) == set(get_args(Init.model_fields["bias"].annotation))


@pytest.mark.parametrize("step", [LINEAR, CONV], ids=["linear", "conv2d"])
@pytest.mark.parametrize(
    ("scheme", "method", "settings"),
    [
        ("xavier", "xavier_normal_", {}),
        ("kaiming", "kaiming_normal_", {"nonlinearity": "relu"}),
        ("lecun", "kaiming_normal_", {"nonlinearity": "linear"}),
        ("default", "kaiming_uniform_", {"a": math.sqrt(5)}),
    ],
)
def test_the_variance_is_that_of_torch(
    scheme: str, method: str, settings: dict[str, object], step: PlacedLayer
) -> None:
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn.init, method)(
        torch.empty(step.params["weight"]),
        **settings,
        generator=torch.Generator().manual_seed(0),
    )
    ours = draw(step, scheme=scheme)[f"{step.index}.weight"]
    # The relative error of a standard deviation of n normal draws is 1 / sqrt(2 n).
    assert ours.std() == pytest.approx(float(theirs.std()), rel=10 / math.sqrt(2 * ours.size))
    assert abs(ours.mean()) < 5 * ours.std() / math.sqrt(ours.size)


def test_uniform_is_never_negative_and_fills_the_unit_interval() -> None:
    weight = draw(LINEAR, scheme="uniform")["1.weight"]
    assert 0 <= weight.min() < 0.001 < 0.999 < weight.max() < 1
    assert weight.mean() == pytest.approx(0.5, abs=0.01)


def test_constants_are_constant() -> None:
    found = draw(LINEAR, scheme="constant", std=0.3, bias="constant", bias_std=0.1)
    assert set(found["1.weight"].ravel()) == {0.3}
    assert set(found["1.bias"]) == {0.1}


@pytest.mark.parametrize("layer", [layers.BatchNorm(), layers.LayerNorm()])
def test_a_normalisation_starts_as_itself_and_draws_nothing(layer: layers.BatchNorm) -> None:
    norm = PlacedLayer(0, layer, (4,), (4,), {"weight": (4,), "bias": (4,)})
    rng = np.random.default_rng(0)
    both = initial_weights([norm, LINEAR], Init(scheme="normal", std=5.0), rng)
    np.testing.assert_array_equal(both["0.weight"], np.ones(4))
    np.testing.assert_array_equal(both["0.bias"], np.zeros(4))
    alone = draw(LINEAR, scheme="normal", std=5.0)
    np.testing.assert_array_equal(both["1.weight"], alone["1.weight"])
