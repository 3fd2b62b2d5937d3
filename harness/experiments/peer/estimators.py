"""Estimators of scikit-learn: what one is for the experiment ``peer``; classifiers, regressors.

liblinear works in float64 and copies what it is given, 24 bytes per feature and example in all:
10,000 CIFAR-10 images take 0.7 GB. Its time grows steeply with ``C`` and with the size of the
features: ``C = 1e-4`` and ``tol = 0.1`` take seconds on those, scikit-learn's defaults (1 and 1e-4)
hours.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import extras
from harness.datasets.parts import Parts, flat
from harness.datasets.scaling import Scaler
from harness.errors import UsageError
from harness.types import Array
from harness.words import unknown

NAME = "estimator"
"""The key of ``[params]`` that names one."""
MAX_ITER = 100_000
"""Where liblinear's Crammer-Singer solver gives up; it ignores the ``max_iter`` it is given."""
COUNTED_FROM = (1, 9, 1)
"""scikit-learn before it reads the solver's iterations past the end of their array (its pull
request 34273), so that it says by chance that the solver did not converge."""
ACCURACIES = frozenset({"train_accuracy", "validation_accuracy", "test_accuracy", "converged"})
Build = Callable[[Mapping[str, float], int], Any]
"""``build(settings, seed)``: one that is not fitted yet."""
NAMED_WEIGHTS = 8
"""Weights given by name; an estimator with more gives none."""
PASSES = 200
"""Passes of the estimator that is fitted batch by batch."""
BATCH = 32
Fitted = Any
"""A scikit-learn regressor with ``predict``, ``coef_`` and ``intercept_``."""
Fit = Callable[[Array, Array, Mapping[str, float]], Fitted]
"""``fit(x, y, settings)`` on examples (n, d) and targets (n,), float64."""
LOSSES = frozenset(
    {"train_loss", "validation_loss", "test_loss", "zero_weights", "bias"}
    | {f"weight_{i}" for i in range(NAMED_WEIGHTS)}
)


@dataclass(frozen=True)
class Estimator:
    """An entry of the table of estimators.

    Attributes
    ----------
    name : str
        As suites write it in ``[params] estimator``.
    classes : bool
        True when its targets are class labels (n,) int64, False when they are numbers (n, 1).
    defaults : mapping of str to float
        The other keys of ``[params]`` it reads, positive numbers all.
    metrics : frozenset of str
        Names of every metric that `measure` can give.
    measure : callable
        ``measure(split, scaler, settings, seed)`` fits it on the training examples and returns
        its metrics on every part; `settings` has the keys of `defaults`.
    """

    name: str
    classes: bool
    defaults: Mapping[str, float]
    metrics: frozenset[str]
    measure: Callable[[Parts, Scaler, Mapping[str, float], int], dict[str, float]]

    def settings(self, params: Mapping[str, Any]) -> dict[str, float]:
        """Return the settings of ``[params]``, defaults filled in.

        Raises
        ------
        UsageError
            If a key is not known, or its value is no positive number.
        """
        for key in params:
            if key != NAME and key not in self.defaults:
                raise UsageError(unknown("key of [params]", key, (NAME, *self.defaults)))
        given = {key: params.get(key, default) for key, default in self.defaults.items()}
        return {key: _positive(key, value) for key, value in given.items()}


def _positive(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise UsageError(f"[params] {key} must be a positive number, got {value!r}")
    return float(value)


def _crammer_singer(settings: Mapping[str, float], seed: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(
        multi_class="crammer_singer",
        dual="auto",  # has no meaning here; scikit-learn 1.4 warns when it is left out
        C=settings["C"],
        tol=settings["tol"],
        # scikit-learn warns when n_iter_ reaches max_iter, so it is told the solver's own limit.
        max_iter=MAX_ITER,
        random_state=seed,
    )


def _classifier(name: str, build: Build, defaults: Mapping[str, float]) -> Estimator:
    """Return the entry of a classifier: its accuracies, and whether its solver converged."""

    def measure(
        split: Parts, scaler: Scaler, settings: Mapping[str, float], seed: int
    ) -> dict[str, float]:
        classifier = build(settings, seed)
        train = flat(scaler.apply(split.x_train, np.float64))
        converged = _fit(classifier, train, split.y_train)
        accuracies = {"train_accuracy": float(classifier.score(train, split.y_train))}
        for part, (x, y) in _held_out(split).items():
            if len(x):
                scaled = flat(scaler.apply(x, np.float64))
                accuracies[f"{part}_accuracy"] = float(classifier.score(scaled, y))
        return {**accuracies, "converged": converged}

    return Estimator(name, True, defaults, ACCURACIES, measure)


def _held_out(split: Parts) -> dict[str, tuple[Array, Array]]:
    return {
        "validation": (split.x_validation, split.y_validation),
        "test": (split.x_test, split.y_test),
    }


def _fit(classifier: Any, x: Array, y: Array) -> float:
    """Fit, and return 1 if the solver converged; its warning becomes the answer, where it can."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier.fit(x, y)
    converged = 1.0 if _counts() else math.nan
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            converged *= 0.0  # nan stays nan
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    return converged


def _counts() -> bool:
    """Whether this scikit-learn knows how many iterations the solver took."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", extras.version("sklearn"))
    return found is not None and tuple(int(part or 0) for part in found.groups()) >= COUNTED_FROM


CLASSIFIERS = (_classifier("linear-svc-crammer-singer", _crammer_singer, {"C": 1.0, "tol": 1e-4}),)


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

    return Estimator(name, False, {"alpha": 1.0}, LOSSES, measure)


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
