"""What makes a picture of weights a filter: patterns whose answer is known."""

import numpy as np
import pytest
from experiment_fakes import context, images

from harness.backends import get
from harness.config.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from harness.config.model import Init, Model
from harness.config.train import Train
from harness.experiments import train as experiment
from harness.experiments.train.measures.weights import (
    FILTER_NAMES,
    coherence,
    colorfulness,
    roughness,
    strongest,
    uniform_tone,
)

RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal((400, 3, 7, 7))
COLOR = np.ones((1, 3, 7, 7)) * np.array([0.1, -2.0, 1.0])[:, None, None]
RAMP = np.broadcast_to(np.arange(7.0) - 3, (1, 3, 7, 7))
"""A vertical edge: it changes along the columns only."""


def test_white_noise_has_roughness_1_and_no_color():
    assert roughness(NOISE).mean() == pytest.approx(1, abs=0.02)
    assert roughness(NOISE).min() > 0.6
    assert uniform_tone(NOISE).mean() == pytest.approx(1 / 49, abs=0.004)
    assert coherence(NOISE.mean(axis=1)).mean() < 0.4


def test_a_uniform_tone_is_smooth_and_all_color():
    assert roughness(COLOR) == 0
    assert uniform_tone(COLOR) == pytest.approx(1)


def test_grey_has_no_color():
    assert colorfulness(COLOR) == pytest.approx(1 - 3 * 0.3**2 / (0.1**2 + 2**2 + 1))
    assert colorfulness(np.full((1, 3, 4, 4), -0.3)) == pytest.approx(0)


def test_a_local_blob_is_found_where_it_lies():
    picture = 0.1 * RNG.standard_normal((2, 3, 20, 24))
    picture[0, 1, 3:10, 15:22] += 1.0
    picture[1, :, 11:18, 2:9] -= 1.0
    window = strongest(picture)
    np.testing.assert_array_equal(window[0], picture[0, :, 3:10, 15:22])
    np.testing.assert_array_equal(window[1], picture[1, :, 11:18, 2:9])
    assert (uniform_tone(window) > 0.8).all()
    assert colorfulness(window) == pytest.approx([2 / 3, 0], abs=0.05)


def test_the_window_of_a_small_filter_is_the_filter():
    np.testing.assert_array_equal(strongest(NOISE), NOISE)
    np.testing.assert_array_equal(strongest(NOISE[:, :, :3]), NOISE[:, :, :3])


def test_a_checkerboard_is_as_rough_as_can_be():
    board = np.indices((8, 8)).sum(axis=0) % 2 * 2.0 - 1
    assert roughness(board[None, None]) == pytest.approx(2)


@pytest.mark.parametrize("turned", [RAMP, RAMP.transpose(0, 1, 3, 2), RAMP - 5])
def test_an_edge_has_one_direction(turned):
    assert coherence(turned.mean(axis=1)) == pytest.approx(1)


def test_a_round_blob_has_no_direction():
    y, x = np.indices((9, 9)) - 4
    assert coherence(np.exp(-(x**2 + y**2) / 8.0)[None]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e3])
def test_size_does_not_matter(scale):
    for measure in (roughness, uniform_tone, colorfulness):
        np.testing.assert_allclose(measure(scale * NOISE), measure(NOISE))


def run(*layers, steps=3, lr=0.01):
    model = Model(layers=(*layers, Linear(out=4)), init=Init(scheme="normal", std=0.1))
    train = Train(
        loss="cross_entropy", lr=lr, steps=steps, batch_size=16, measure=("filters",), evaluate=()
    )
    data = images(shape=(3, 8, 8))
    return experiment.run(context(data, get("numpy"), model=model, train=train)).metrics


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2d(out=6, kernel=5), ReLU(), Flatten()),
        (Flatten(), Linear(out=6), ReLU()),
    ],
)
def test_filters_of_untrained_noise_are_noise(layers):
    found = run(*layers, steps=1, lr=1e-12)
    assert found["roughness_ratio"] == pytest.approx(1, abs=1e-3)
    assert 0.7 < found["filter_roughness"] < 1.3
    assert all(found[name] == 0 for name in FILTER_NAMES[2:])


@pytest.mark.parametrize("layers", [(MaxPool2d(), Flatten()), (Conv2d(out=2, kernel=1), Flatten())])
def test_weights_that_are_no_pictures_are_left_alone(layers):
    assert not set(run(*layers)) & set(FILTER_NAMES)


def test_some_weights_are_the_first_units_in_half_precision():
    model = Model(layers=(Flatten(), Linear(out=25), ReLU(), Linear(out=4)))
    found = {}
    for keep in ("weights", "some_weights"):
        train = Train(loss="cross_entropy", lr=0.01, steps=2, batch_size=16, keep=(keep,))
        cell = context(images(), get("numpy"), model=model, train=train)
        outcome = experiment.run(cell)
        assert set(outcome.arrays) == {"weights"} <= experiment.produces(cell.settings)
        found[keep] = outcome.arrays["weights"]
    assert found["weights"].shape == (25, 16)
    np.testing.assert_array_equal(found["some_weights"], found["weights"][:20].astype(np.float16))
