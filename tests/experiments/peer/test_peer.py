"""The peer experiment against scikit-learn used directly."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from experiment_fakes import STREAMS, images, targets
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from harness import backends, extras
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.errors import UsageError
from harness.experiments import peer, registry
from harness.experiments.experiment import Context
from harness.experiments.peer import estimators


def _run(dataset, data: Data | None = None, **params):
    settings = Settings(data=data or Data(dataset="fake", scale="unit"), params=params)
    return peer.run(Context(settings, backends.get("sklearn"), "cpu", STREAMS, dataset))


def test_the_accuracies_are_the_estimators_own() -> None:
    dataset = images()
    data = Data(dataset="fake", scale="unit", n_validation=10)
    metrics = _run(dataset, data, C=0.1, tol=0.01).metrics
    x = dataset.x_train.reshape(60, -1) / 255.0
    seed = int(STREAMS.generator("init").integers(2**31))
    model = LinearSVC(
        multi_class="crammer_singer", C=0.1, tol=0.01, random_state=seed, max_iter=10**6
    )
    with warnings.catch_warnings(record=True) as caught:  # of solvers of some versions
        warnings.simplefilter("always")
        model.fit(x[:50], dataset.y_train[:50])
    assert metrics["train_accuracy"] == model.score(x[:50], dataset.y_train[:50])
    assert metrics["validation_accuracy"] == model.score(x[50:], dataset.y_train[50:])
    test = dataset.x_test.reshape(20, -1) / 255.0
    assert metrics["test_accuracy"] == model.score(test, dataset.y_test)
    ran_out = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    if math.isfinite(metrics["converged"]):
        assert metrics["converged"] == (not ran_out)
    assert metrics.keys() <= peer.produces(Settings())


def test_without_validation_examples_there_is_no_such_metric() -> None:
    assert "validation_accuracy" not in _run(images(), C=0.1).metrics


def test_running_out_of_iterations_is_a_metric_not_a_warning(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr(extras, "version", lambda _: "1.9.1")
    monkeypatch.setattr(estimators, "MAX_ITER", 1)
    assert _run(images(), C=0.1).metrics["converged"] == 0
    assert not recwarn.list


@pytest.mark.parametrize(
    ("version", "told"),
    [("1.4.0", False), ("1.9.0", False), ("1.9.1", True), ("1.10", True), ("2.0.0rc1", True)],
)
def test_iterations_that_scikit_learn_miscounts_say_nothing(
    monkeypatch: pytest.MonkeyPatch, version: str, told: bool
) -> None:
    monkeypatch.setattr(extras, "version", lambda _: version)
    assert math.isfinite(_run(images(), C=0.1).metrics["converged"]) is told


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"estimator": "linear-svc-crammer-singr"}, "Did you mean 'linear-svc-crammer-singer'"),
        ({"c": 1.0}, "unknown key of \\[params\\] 'c'"),
        ({"C": -1.0}, "C must be a positive number, got -1.0"),
        ({"C": True}, "C must be a positive number, got True"),
    ],
)
def test_wrong_params_are_named(params: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        _run(images(), **params)


def test_an_estimator_gets_the_targets_of_its_kind() -> None:
    with pytest.raises(UsageError, match="must be given classes"):
        _run(targets(), Data(dataset="fake"))
    with pytest.raises(UsageError, match="must be given numbers"):
        _run(images(), estimator="linear-regression")


@pytest.mark.parametrize("name", ["linear-regression", "ridge", "sgd-regressor-in-batches"])
def test_regressors_find_the_line(name: str) -> None:
    metrics = _run(targets(), Data(dataset="fake"), estimator=name, alpha=1e-9).metrics
    assert metrics["weight_0"] == pytest.approx(2.0, abs=0.4)
    assert metrics["bias"] == pytest.approx(0.0, abs=0.2)
    assert metrics["train_loss"] < 0.05
    assert metrics.keys() <= peer.produces(Settings(params={"estimator": name}))


def test_the_lasso_is_scikit_learns() -> None:
    data = targets()
    metrics = _run(data, Data(dataset="fake"), estimator="lasso", alpha=10.0).metrics
    assert metrics["zero_weights"] == 1
    assert metrics["bias"] == pytest.approx(float(data.y_train.mean()))


def test_the_table_knows_the_experiment() -> None:
    assert registry.get("peer").run is peer.run
    assert np.issubdtype(images().y_train.dtype, np.integer)
