"""Regression estimators of scikit-learn, for the experiment ``peer``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.datasets.parts import Parts, flat
from harness.datasets.scaling import Scaler
from harness.experiments.peer.estimator import Estimator
from harness.types import Array

NAMED_WEIGHTS = 8
"""Weights given by name; an estimator with more gives none."""
PASSES = 200
"""Passes of the estimator that is fitted batch by batch."""
BATCH = 32

Fitted = Any
"""A scikit-learn regressor with ``predict``, ``coef_`` and ``intercept_``."""
Fit = Callable[[Array, Array, Mapping[str, float]], Fitted]
"""``fit(x, y, settings)`` on examples (n, d) and targets (n,), float64."""
METRICS = frozenset(
    {"train_loss", "validation_loss", "test_loss", "zero_weights", "bias"}
    | {f"weight_{i}" for i in range(NAMED_WEIGHTS)}
)


def _linear_regression(x: Array, y: Array, settings: Mapping[str, float]) -> Fitted:  # noqa: ARG001
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(x, y)


def _ridge(x: Array, y: Array, settings: Mapping[str, float]) -> Fitted:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=settings["alpha"]).fit(x, y)


def _lasso(x: Array, y: Array, settings: Mapping[str, float]) -> Fitted:
    from sklearn.linear_model import Lasso

    return Lasso(alpha=settings["alpha"], max_iter=100_000, tol=1e-8).fit(x, y)


def _out_of_core(x: Array, y: Array, settings: Mapping[str, float]) -> Fitted:  # noqa: ARG001
    """Fit on one batch after another by ``partial_fit``, never on all examples at once."""
    from sklearn.linear_model import SGDRegressor

    estimator = SGDRegressor(alpha=0.0, learning_rate="invscaling", eta0=0.05, random_state=0)
    for _ in range(PASSES):
        for start in range(0, len(x), BATCH):
            estimator.partial_fit(x[start : start + BATCH], y[start : start + BATCH])
    return estimator


def _regressor(name: str, fit: Fit) -> Estimator:
    """Return the entry of a regressor: mean squared errors, weights, how many of them are 0."""

    def measure(
        split: Parts,
        scaler: Scaler,
        settings: Mapping[str, float],
        seed: int,  # noqa: ARG001 - all estimators share one signature
    ) -> dict[str, float]:
        x = flat(scaler.apply(split.x_train, np.float64))
        fitted = fit(x, np.ravel(split.y_train).astype(np.float64), settings)
        return {**_losses(fitted, split, scaler), **_weights(fitted)}

    return Estimator(name, False, {"alpha": 1.0}, METRICS, measure)


def _losses(fitted: Fitted, split: Parts, scaler: Scaler) -> dict[str, float]:
    sides = {
        "train": (split.x_train, split.y_train),
        "validation": (split.x_validation, split.y_validation),
        "test": (split.x_test, split.y_test),
    }
    return {
        f"{side}_loss": _loss(fitted, flat(scaler.apply(x, np.float64)), np.ravel(y))
        for side, (x, y) in sides.items()
        if len(y)
    }


def _weights(fitted: Fitted) -> dict[str, float]:
    weights = np.ravel(fitted.coef_)
    found = {"zero_weights": float(np.sum(weights == 0)), "bias": _scalar(fitted.intercept_)}
    named = weights if len(weights) <= NAMED_WEIGHTS else weights[:0]
    return found | {f"weight_{i}": float(weight) for i, weight in enumerate(named)}


def _loss(fitted: Fitted, x: Array, y: Array) -> float:
    return float(np.mean(np.square(fitted.predict(x) - y)))


def _scalar(value: Any) -> float:
    return float(np.ravel(value)[0])


REGRESSORS = (
    _regressor("linear-regression", _linear_regression),
    _regressor("ridge", _ridge),
    _regressor("lasso", _lasso),
    _regressor("sgd-regressor-in-batches", _out_of_core),
)
