"""Measures of fitted planes, held against scikit-learn; when a loss settles."""

from __future__ import annotations

import numpy as np
import pytest
from experiment_fakes import STREAMS, images
from sklearn.linear_model import LinearRegression

from harness import backends
from harness.config.data import Data, Synthetic
from harness.config.experiments import Settings
from harness.config.layers import Linear
from harness.config.model import Model
from harness.config.train import Train
from harness.datasets import Dataset, load
from harness.datasets.dataset import Roots
from harness.experiments.experiment import Context
from harness.experiments.train import produces, run
from harness.experiments.train.measures import MEASURES
from harness.types import Outcome

BOTH = ("numpy", "torch")
OF_PLANES = ("least_squares", "parameter_error")
PLANE = Synthetic(
    generator="linear", features="normal", coefficients=(2.0, 3.0), intercept=5.0, n_train=40
)


def fit(
    backend: str = "numpy",
    table: Synthetic = PLANE,
    model: Model | None = None,
    data: Dataset | None = None,
    **train: object,
) -> tuple[Outcome, Dataset]:
    settings = {"loss": "mse", "lr": 0.1, "epochs": 50, "batch_size": "full", "log_every": 1}
    settings |= {"measure": (*OF_PLANES, "settled", "loss_ratio"), **train}
    tables = Settings(
        data=Data(dataset="synthetic", synthetic=table),
        model=model or Model(hidden=()),
        train=Train(**settings),  # type: ignore[arg-type]
    )
    dataset = data or load(tables.data, Roots.find(None), STREAMS.generator("data"))  # type: ignore[arg-type]
    outcome = run(Context(tables, backends.get(backend), "cpu", STREAMS, dataset))
    assert {*outcome.metrics} <= produces(tables)
    return outcome, dataset


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("bias", [True, False])
def test_the_distance_is_to_the_solution_of_scikit_learn(backend: str, bias: bool) -> None:
    model = Model(layers=(Linear(out=1, bias=bias),))
    outcome, data = fit(backend, model=model, epochs=3, dtype="float64")
    oracle = LinearRegression(fit_intercept=bias).fit(data.x_train, data.y_train.ravel())
    best = [*oracle.coef_, oracle.intercept_][: 2 + bias]
    names = ("weight_0", "weight_1", "bias_0")[: 2 + bias]
    found = [outcome.metrics[name] for name in names]
    distance = float(np.linalg.norm(np.subtract(found, best)))
    assert outcome.metrics["least_squares_distance"] == pytest.approx(distance, rel=1e-4)
    wrong = data.y_train.ravel() - oracle.predict(data.x_train)
    assert outcome.metrics["least_squares_loss"] == pytest.approx((wrong**2).mean(), rel=1e-4)
    true = [2.0, 3.0, 5.0][: 2 + bias]
    error = float(np.linalg.norm(np.subtract(found, true)))
    assert outcome.metrics["parameter_error"] == pytest.approx(error, rel=1e-6)


@pytest.mark.parametrize("backend", BOTH)
def test_measures_of_lines_move_nothing_and_fall_to_nothing(backend: str) -> None:
    clean = PLANE.model_copy(update={"noise": 0.0, "n_features": 4})
    settings = {"epochs": 600, "dtype": "float64"}
    outcome, _ = fit(backend, clean, **settings)
    plain, _ = fit(backend, clean, measure=(), **settings)
    assert outcome.digests == plain.digests
    names = {name for measure in OF_PLANES for name in MEASURES.get(measure).produces(Settings())}
    assert {name: outcome.metrics[name] for name in names} == {
        name: pytest.approx(0, abs=1e-5) for name in names
    }


def test_other_networks_and_classes_have_no_plane() -> None:
    deep, _ = fit(model=Model(hidden=(3,)))
    classes, _ = fit(data=images(), loss="cross_entropy", batch_size=16, lr=0.001, epochs=1)
    for outcome in (deep, classes):
        assert not {"least_squares_distance", "parameter_error"} & outcome.metrics.keys()


def test_a_loss_settles_when_every_later_point_is_near_the_last() -> None:
    outcome, _ = fit()
    series = outcome.series["train_loss"]
    y, at = np.array(series.y), series.x.index(outcome.metrics["settled_at"])
    assert (np.abs(y[at:] / y[-1] - 1) <= 1e-3).all()
    assert abs(y[at - 1] / y[-1] - 1) > 1e-3
    assert outcome.metrics["loss_ratio"] == y[-1] / y[0]


def test_a_loss_that_ends_at_nan_never_settles() -> None:
    outcome, _ = fit(lr=1e9, epochs=20, after_divergence="continue")
    assert np.isnan(outcome.metrics["settled_at"])
