"""Classifiers of scikit-learn, for the experiment ``peer``.

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
from typing import Any

import numpy as np

from harness import extras
from harness.datasets.parts import Parts, flat
from harness.datasets.scaling import Scaler
from harness.experiments.peer.estimator import Estimator
from harness.types import Array

MAX_ITER = 100_000
"""Where liblinear's Crammer-Singer solver gives up; it ignores the ``max_iter`` it is given."""
COUNTED_FROM = (1, 9, 1)
"""scikit-learn before it reads the solver's iterations past the end of their array (its pull
request 34273), so that it says by chance that the solver did not converge."""
METRICS = frozenset({"train_accuracy", "validation_accuracy", "test_accuracy", "converged"})

Classifier = Any
"""A scikit-learn classifier with ``fit`` and ``score``."""
Build = Callable[[Mapping[str, float], int], Classifier]
"""``build(settings, seed)``: one that is not fitted yet."""


def _crammer_singer(settings: Mapping[str, float], seed: int) -> Classifier:
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

    return Estimator(name, True, defaults, METRICS, measure)


def _held_out(split: Parts) -> dict[str, tuple[Array, Array]]:
    return {
        "validation": (split.x_validation, split.y_validation),
        "test": (split.x_test, split.y_test),
    }


def _fit(classifier: Classifier, x: Array, y: Array) -> float:
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
