"""Measures of what a classifier answers, against the same words written out."""

from dataclasses import replace

import numpy as np
import pytest
from experiment_fakes import context, images
from scipy.special import softmax

from harness import backends
from harness.config.data import Data
from harness.config.model import Init, Model
from harness.config.train import Evaluation, Train
from harness.experiments import train as experiment

MEASURES = ("generalization_gap", "confidence", "black_image", "templates")
BOTH = (Evaluation(name="train", part="train"), Evaluation(name="test"))


def trained(dataset=None, backend="numpy", model=None, **settings):
    data = Data(dataset="fake", scale="unit", n_validation=settings.pop("n_validation", 0))
    given = {"loss": "cross_entropy", "lr": 0.5, "epochs": 20, "batch_size": 16, **settings}
    table = Train(**given, measure=MEASURES, evaluate=BOTH, keep=("weights",))
    cell = context(
        dataset or images(),
        backends.get(backend),
        model=model or Model(hidden=()),
        train=table,
        data=data,
    )
    return experiment.run(cell)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_gap_is_the_difference_of_two_evaluations(backend):
    found = trained(backend=backend).metrics
    assert found["generalization_gap"] == pytest.approx(
        found["train_accuracy"] - found["test_accuracy"]
    )


def test_the_gap_is_to_the_validation_examples_where_there_are_some():
    dataset = images()
    last = slice(len(dataset.x_train) - 20, None)
    swapped = replace(dataset, x_test=dataset.x_train[last], y_test=dataset.y_train[last])
    split = trained(swapped, n_validation=20).metrics
    tested = split["train_accuracy"] - split["test_accuracy"]
    assert split["generalization_gap"] == pytest.approx(tested)


def test_confidence_and_the_black_image_by_hand():
    dataset = images()
    outcome = trained(dataset, model=Model(hidden=(), init=Init(bias="zeros")), lr=1e-9)
    weights = outcome.arrays["weights"].astype(np.float64)
    p = softmax(dataset.x_test.reshape(len(dataset.x_test), -1) / 255 @ weights.T, axis=1)
    assert outcome.metrics["confidence"] == pytest.approx(p.max(axis=1).mean(), abs=1e-5)
    lowest = np.median(p.min(axis=1))
    assert outcome.metrics["lowest_probability"] == pytest.approx(lowest, abs=1e-5)
    assert outcome.metrics["black_probability_0"] == pytest.approx(1 / len(weights), abs=1e-5)


def test_a_bias_decides_on_the_black_image():
    rng, share = np.random.default_rng(0), [0.1, 0.1, 0.7, 0.1]
    dataset = images()
    y = rng.choice(4, size=len(dataset.y_train), p=share)
    blank = replace(dataset, x_train=np.zeros_like(dataset.x_train), y_train=y)
    found = trained(blank, epochs=100).metrics
    assert found["black_label"] == 2.0
    assert found["black_probability_0"] == pytest.approx(np.mean(y == 0), abs=0.05)


def test_templates_that_are_the_class_means_match_and_random_ones_do_not():
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(4), 15)
    x = np.zeros((60, 1, 4, 4), np.uint8)
    x.reshape(60, 16)[np.arange(60), 4 * y] = 200  # each class has a pixel of its own
    dataset = replace(images(), x_train=x, y_train=y)
    assert trained(dataset).metrics["matched_templates"] == 1.0
    shuffled = replace(dataset, y_train=rng.permutation(y))
    untrained = trained(shuffled, lr=1e-9).metrics["matched_templates"]
    assert untrained in (0.0, 0.25, 0.5, 0.75)


def test_a_network_with_a_hidden_layer_has_no_templates():
    assert "matched_templates" not in trained(model=Model(hidden=(5,))).metrics
