"""Linear fits against scikit-learn and SciPy, which share no code with the probe's solvers."""

import numpy as np
import pytest
from experiment_fakes import context
from scipy.optimize import check_grad
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from harness.backends import get
from harness.config.data import Data
from harness.config.experiments import Probe
from harness.datasets.dataset import Dataset, Facts
from harness.errors import UsageError
from harness.experiments import probe
from harness.experiments.probe.least_squares import anatomy, solvers
from harness.experiments.probe.least_squares.problem import Fit, Params, Part, Problem
from harness.types import DataUsed

BACKENDS = ["numpy", "torch"]


def dataset(n=40, d=3, noise=0.5, seed=0, copy=False):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2 * n, d)).astype(np.float32)
    if copy:
        x[:, 1] = 2 * x[:, 0]
    y = x @ np.arange(1, d + 1) + 4 + noise * rng.standard_normal(2 * n)
    y = y[:, None].astype(np.float32)
    used = DataUsed("fake", "fake", "0" * 64, same_images=True)
    return Dataset(Facts((d,), 1, n, n), x[:n], y[:n], x[n:], y[n:], used)


def solve(name, data=None, table=None, **params):
    backend = get(name)
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    table = table or Data(dataset="fake")
    return probe.run(
        context(
            data or dataset(),
            backend,
            data=table,
            probe=Probe(name="least_squares"),
            params={"detail": ["shape", "residuals", "path"], **params},
        )
    )


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("solver", ["inverse", "solve", "lstsq", "gradient_descent"])
def test_every_solver_finds_what_scikit_learn_finds(name, solver):
    data = dataset()
    metrics = solve(name, data, solver=solver).metrics
    peer = LinearRegression().fit(data.x_train, data.y_train)
    assert [metrics[f"weight_{i}"] for i in range(3)] == pytest.approx(peer.coef_[0], rel=1e-5)
    assert metrics["bias"] == pytest.approx(peer.intercept_[0], rel=1e-5)
    wrong = peer.predict(data.x_test) - data.y_test
    assert metrics["test_loss"] == pytest.approx(float(np.mean(wrong**2)), rel=1e-5)
    assert metrics["excess_loss"] == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("solver", ["inverse", "solve", "lstsq", "gradient_descent"])
def test_the_penalty_is_that_of_ridge(name, solver):
    data = dataset()
    metrics = solve(name, data, solver=solver, penalty=0.3).metrics
    peer = Ridge(alpha=0.3 * 40).fit(data.x_train, data.y_train[:, 0])
    assert [metrics[f"weight_{i}"] for i in range(3)] == pytest.approx(peer.coef_, rel=1e-5)
    assert metrics["bias"] == pytest.approx(peer.intercept_, rel=1e-5)


@pytest.mark.parametrize("name", BACKENDS)
def test_the_proximal_descent_is_the_lasso(name):
    data = dataset()
    metrics = solve(name, data, solver="proximal", lasso=3.0, iterations=3000).metrics
    peer = Lasso(alpha=1.5, tol=1e-10).fit(data.x_train.astype(float), data.y_train[:, 0])
    assert np.sum(peer.coef_ == 0) > 0
    assert metrics["zero_weights"] == np.sum(peer.coef_ == 0)
    assert [metrics[f"weight_{i}"] for i in range(3)] == pytest.approx(peer.coef_, abs=1e-5)


@pytest.mark.parametrize("solver", ["gradient_descent", "subgradient"])
@pytest.mark.parametrize("gradient_of", [solvers._numpy_gradient, solvers._torch_gradient])
def test_gradients_are_those_of_the_objective(gradient_of, solver):
    if gradient_of is solvers._torch_gradient:
        pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    part = Part(np.column_stack([rng.standard_normal((9, 2)), np.ones(9)]), rng.standard_normal(9))
    lasso = 0.7 if solver == "subgradient" else 0.0
    params = Params(solver=solver, penalty=0.2, lasso=lasso)
    problem = Problem(part, part, 2, params, np.zeros(3), 0.1)

    def objective(theta):
        absolute = lasso * np.abs(theta[:2]).sum()
        return np.mean((part.x @ theta - part.y) ** 2) + 0.2 * np.sum(theta[:2] ** 2) + absolute

    point = np.array([0.5, -1.0, 2.0])
    assert check_grad(objective, gradient_of(problem), point) < 1e-6


@pytest.mark.parametrize("name", BACKENDS)
def test_equal_columns_have_no_inverse_but_a_smallest_solution(name):
    data = dataset(copy=True)
    smallest = solve(name, data, solver="lstsq").metrics
    assert smallest["weight_1"] == pytest.approx(2 * smallest["weight_0"], rel=1e-4)
    assert smallest["excess_loss"] == pytest.approx(0.0, abs=1e-9)
    assert smallest["condition"] > 1e12


@pytest.mark.parametrize("name", BACKENDS)
def test_an_early_stop_returns_the_lowest_validation_loss(name):
    data, table = dataset(n=40, d=25, noise=90.0), Data(dataset="fake", n_validation=12)
    settings = {"solver": "gradient_descent", "iterations": 400}
    long = solve(name, data, table, **settings)
    short = solve(name, data, table, patience=20, **settings)
    assert short.metrics["stopped_at"] < long.metrics["stopped_at"]
    assert short.metrics["validation_loss"] <= min(short.series["validation_loss"].y)
    assert short.metrics["validation_loss"] < long.metrics["validation_loss"]
    assert long.metrics["validation_rise"] > 1


def test_backends_descend_alike():
    if reason := get("torch").absent("cpu"):
        pytest.skip(reason)
    pair = [solve(name, solver="gradient_descent", iterations=7, start=1.0) for name in BACKENDS]
    assert pair[0].series["train_loss"].y == pytest.approx(pair[1].series["train_loss"].y)
    assert pair[0].metrics == pytest.approx(pair[1].metrics)


def test_selected_columns_are_the_only_ones_used():
    data = dataset()
    metrics = solve("numpy", data, columns=[2]).metrics
    peer = LinearRegression().fit(data.x_train[:, 2:], data.y_train)
    assert metrics["weight_0"] == pytest.approx(peer.coef_[0, 0], rel=1e-5)
    assert "weight_1" not in metrics


def test_residuals_show_a_missing_square():
    x = np.linspace(-1, 1, 50)
    part = Part(np.column_stack([x, np.ones(50)]), 3 * x + x**2)
    found = anatomy.residuals(Fit(anatomy.minimum(part)), part)
    assert found["residual_curvature"] == pytest.approx(1.0)
    assert found["residual_mean"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"lasso": 1.0}, "lasso must be 0"),
        ({"patience": 3, "solver": "gradient_descent"}, "set .data. n_validation"),
        ({"solver": "guess"}, "solver"),
    ],
)
def test_settings_that_do_not_fit_are_refused(params, words):
    with pytest.raises(UsageError, match=words):
        solve("numpy", **params)
