import numpy as np
import pytest
from experiment_fakes import FakeBackend, context, images, targets
from sklearn.metrics import f1_score, recall_score

from harness.backends import get
from harness.config.data import Data
from harness.config.experiments import Probe
from harness.errors import Skip, UsageError
from harness.experiments import probe

TABLE = Probe(name="data_summary")


def summary(dataset, **data):
    tables = {"data": Data(dataset="fake", **data)}
    return probe.run(context(dataset, get("numpy"), probe=TABLE, **tables)).metrics


def test_values_are_those_of_numpy():
    dataset = images(n_train=50)
    found, x = summary(dataset, scale="unit"), dataset.x_train / 255
    assert (found["n_train"], found["n_test"]) == (50, 20)
    assert found["mean"] == pytest.approx(x.mean())
    assert found["std"] == pytest.approx(x.std())
    assert (found["smallest"], found["largest"]) == (x.min(), x.max())
    assert found["zeros"] == (dataset.x_train == 0).mean()


def test_standard_examples_have_mean_0_and_deviation_1():
    found = summary(images(n_train=50), scale="standard")
    assert found["mean"] == pytest.approx(0.0, abs=1e-6)
    assert found["std"] == pytest.approx(1.0, abs=1e-6)


def test_a_constant_answer_is_scored_as_scikit_learn_does():
    dataset = images(n_train=200, n_test=80)
    found, y = summary(dataset, majority=0.6), None
    assert found["majority_share"] == pytest.approx(0.6, abs=0.01)
    whole, y = summary(dataset), dataset.y_test
    constant = np.full_like(y, np.bincount(dataset.y_train).argmax())
    assert whole["constant_accuracy"] == (constant == y).mean()
    assert whole["constant_macro_recall"] == recall_score(y, constant, average="macro")
    assert whole["constant_macro_f1"] == pytest.approx(f1_score(y, constant, average="macro"))
    assert whole["largest_class"] == np.bincount(dataset.y_train).max()


def test_regression_data_have_no_classes():
    assert "majority_share" not in summary(targets())


def test_what_it_cannot_do_is_said():
    with pytest.raises(Skip, match="not with the fake backend"):
        probe.run(context(images(), FakeBackend(), probe=TABLE))
    with pytest.raises(UsageError, match=r"\[data\]"):
        probe.run(context(None, get("numpy"), probe=TABLE))
