"""Pairs of ways that are equal agree to rounding, and the others do not."""

import math

import numpy as np
import pytest
from experiment_fakes import images
from facts_played import functions, played
from scipy.special import log_softmax

from harness.backends import get
from harness.config.data import Data
from harness.datasets.parts import parts
from harness.datasets.scaling import Scaler
from harness.declare import ATTRIBUTE
from suites.equivalence.ways import Inputs, apart, relative_difference
from suites.facts import numeric

PAIRS = functions("equivalence")
SMALL = {"examples": 12, "features": 5, "units": 6, "classes": 4}
ALL = [
    (name, backend)
    for name, function in PAIRS.items()
    for backend in getattr(function, ATTRIBUTE)["backends"]
]
# Pairs that are told apart on purpose, with what they must differ by.
APART = {"accumulated_unscaled": 4.0, "dropout_unscaled": 0.5, "penalty_gradient_twice": 0.25}
UNEQUAL = {"decay_and_penalty_adamw", "dropout_mean_of_networks"}


def play(pair, backend, *given, **params):
    if reason := get(backend).absent("cpu"):
        pytest.skip(reason)
    return played(PAIRS[pair], *given, backend=backend, **{**SMALL, **params})


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_every_pair_is_finite_and_declares_its_metrics(pair, backend):
    metrics = play(pair, backend)
    assert set(metrics) == set(getattr(PAIRS[pair], ATTRIBUTE)["metrics"])
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_equal_pairs_agree_to_rounding_and_the_others_do_not(pair, backend):
    metrics = play(pair, backend)
    if pair in APART:
        assert metrics["ratio"] == pytest.approx(APART[pair], rel=1e-9)
    elif pair in UNEQUAL:
        assert metrics["relative_difference"] > 1e-3
    else:
        assert metrics["relative_difference"] < 1e-12


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_every_pair_is_drawn_again_alike(pair, backend):
    assert play(pair, backend) == play(pair, backend)


def test_cross_entropy_against_scipy():
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((12, 4)) * 3, rng.integers(4, size=12)
    expected = -log_softmax(scores, axis=1)[np.arange(12), labels].mean()
    assert numeric.cross_entropy(scores, labels) == pytest.approx(expected, rel=1e-12)


def test_inputs_are_the_first_examples_where_there_are_some():
    dataset = images(n_train=20, classes=4, shape=(1, 3, 3))
    table = Data(dataset="fake", scale="unit")
    split = parts(dataset, table)
    inputs = Inputs(
        np.random.default_rng(0), examples=12, data=split, scaler=Scaler.of(table, split)
    )
    assert (inputs.x.shape, inputs.width) == ((12, 9), 9)
    assert np.array_equal(inputs.x, dataset.x_train[:12].reshape(12, 9) / 255)
    assert np.array_equal(inputs.labels, dataset.y_train[:12])


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_data_change_what_a_pair_is_given_but_not_that_it_agrees(backend):
    drawn = play("two_layers_by_hand", backend)
    found = play("two_layers_by_hand", backend, images(n_train=20, classes=4, shape=(1, 3, 3)))
    assert found != drawn
    assert found["relative_difference"] < 1e-12


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([0.0], [0.0], 0.0), ([1.0], [0.0], math.inf), ([1.0, 3.0], [1.0, 4.0], 0.25)],
)
def test_relative_difference_by_hand(one, other, expected):
    assert relative_difference(np.array(one), np.array(other)) == expected


def test_ways_of_different_shapes_are_not_compared():
    with pytest.raises(ValueError, match=r"must have one shape, got \(2,\) and \(2, 1\)"):
        apart(np.ones(2), np.ones((2, 1)))
