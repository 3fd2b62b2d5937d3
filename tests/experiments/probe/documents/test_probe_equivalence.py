import math

import numpy as np
import pytest
from experiment_fakes import FakeBackend, context, images
from scipy.special import log_softmax
from scipy.stats import entropy

from harness.backends import get
from harness.config.data import Data
from harness.config.experiments import Probe
from harness.errors import Skip, UsageError
from harness.experiments.probe import experiment as probe
from harness.experiments.probe.documents.equivalence import relative_difference
from harness.experiments.probe.documents.equivalence.pair import Inputs
from harness.experiments.probe.documents.equivalence.registry import PAIRS

SMALL = {"examples": 12, "features": 5, "units": 6, "classes": 4}
ALL = [(name, backend) for name, pair in PAIRS.items() for backend in pair]
# Pairs that are told apart on purpose, with what they must differ by.
APART = {"accumulated_unscaled": 4.0, "dropout_unscaled": 0.5, "penalty_gradient_twice": 0.25}
UNEQUAL = {"averaged_uneven_losses", "decay_and_penalty_adamw", "dropout_mean_of_networks"}


def backend_of(name):
    backend = get(name)
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    return backend


def cell(pair, backend, dataset=None, **params):
    table = {"data": Data(dataset="fake", scale="unit")} if dataset else {"data": None}
    settings = {**SMALL, "pair": pair, **params}
    return context(dataset, backend, probe=Probe(name="equivalence"), params=settings, **table)


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_every_pair_is_finite_and_declares_its_metrics(pair, backend):
    one = cell(pair, backend_of(backend))
    metrics = probe.run(one).metrics
    assert set(metrics) == probe.produces(one.settings)
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_equal_pairs_agree_to_rounding_and_the_others_do_not(pair, backend):
    metrics = probe.run(cell(pair, backend_of(backend))).metrics
    if pair in APART:
        assert metrics["ratio"] == pytest.approx(APART[pair], rel=1e-9)
    elif pair in UNEQUAL:
        assert metrics["relative_difference"] > 1e-3
    else:
        assert metrics["relative_difference"] < 1e-12


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_every_pair_is_drawn_again_alike(pair, backend):
    one = cell(pair, backend_of(backend))
    assert probe.run(one).metrics == probe.run(one).metrics


@pytest.mark.parametrize(("pair", "backend"), ALL)
def test_both_ways_have_one_shape(pair, backend):
    one = cell(pair, backend_of(backend))
    inputs = Inputs(one, *SMALL.values())
    ways = [inputs.host(way) for way in PAIRS[pair][backend](inputs)]
    assert ways[0].shape == ways[1].shape


def test_cross_entropy_against_scipy():
    inputs = Inputs(cell("nll_of_log_softmax", get("numpy")), *SMALL.values())
    ours, _ = PAIRS["nll_of_log_softmax"]["numpy"](inputs)
    again = inputs.afresh()
    scores = again.normal(12, 4) * 3
    expected = -log_softmax(scores, axis=1)[np.arange(12), again.labels].mean()
    assert ours == pytest.approx(expected, rel=1e-12)


def test_entropy_and_divergence_against_scipy():
    inputs = Inputs(cell("entropy_plus_divergence", get("numpy")), *SMALL.values())
    crossed, _ = PAIRS["entropy_plus_divergence"]["numpy"](inputs)
    again = inputs.afresh()
    q = np.exp(log_softmax(again.normal(12, 4) * 3, axis=1))
    p = np.exp(log_softmax(again.normal(12, 4), axis=1))
    assert crossed == pytest.approx(entropy(p, axis=1) + entropy(p, q, axis=1), rel=1e-12)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_real_examples_are_used_when_there_are_some(backend):
    dataset = images(n_train=20, classes=4, shape=(1, 3, 3))
    one = cell("two_layers_by_hand", backend_of(backend), dataset)
    inputs = Inputs(one, *SMALL.values())
    assert inputs.x.shape == (12, 9)
    assert np.array_equal(inputs.x, dataset.x_train[:12].reshape(12, 9) / 255)
    assert np.array_equal(inputs.labels, dataset.y_train[:12])
    assert probe.run(one).metrics["relative_difference"] < 1e-12


def test_single_precision_is_asked_for_and_seen():
    metrics = probe.run(cell("stacked_linear", get("numpy"), precision="float32")).metrics
    assert 1e-9 < metrics["relative_difference"] < 1e-5


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([0.0], [0.0], 0.0), ([1.0], [0.0], math.inf), ([1.0, 3.0], [1.0, 4.0], 0.25)],
)
def test_relative_difference_by_hand(one, other, expected):
    assert relative_difference(np.array(one), np.array(other)) == expected


def test_an_unknown_pair_is_a_usage_error_with_a_hint():
    with pytest.raises(UsageError, match=r"\[params\] pair .* unknown pair 'stacked_linaer'"):
        probe.run(cell("stacked_linaer", get("numpy")))


def test_a_backend_without_the_pair_skips():
    with pytest.raises(Skip, match="fake backend has no pair"):
        probe.run(cell("stacked_linear", FakeBackend()))
