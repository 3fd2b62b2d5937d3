"""An estimator of scikit-learn on the same examples: an independent answer to hold ours against.

``[params]`` names the ``estimator`` and its settings. Examples are flattened and scaled as
``[data]`` says, and nothing else is done to them. liblinear works in float64 and copies what it is
given, 24 bytes per feature and example in all: 10,000 CIFAR-10 images take 0.7 GB. Its time grows
steeply with ``C`` and with the size of the features: ``C = 1e-4`` and ``tol = 0.1`` take seconds on
those, scikit-learn's defaults (1 and 1e-4) hours.

Numbers as targets take one of the estimators of `harness.experiments.peer.regression`, and give
losses instead of accuracies.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from harness.config.kinds import Kind, named
from harness.config.settings import Settings
from harness.datasets.dataset import Dataset
from harness.datasets.parts import Parts, flat, parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.peer.regression import METRICS, REGRESSORS, measured
from harness.types import Array, Outcome
from harness.words import unknown

DEFAULT = "linear-svc-crammer-singer"
MAX_ITER = 100_000
"""Where liblinear's Crammer-Singer solver gives up; it ignores the ``max_iter`` it is given."""


class Estimator(Protocol):
    """The part of scikit-learn's interface that is used here."""

    n_iter_: int

    def fit(self, x: Array, y: Array) -> Any:
        """Train on examples (n, d) and labels (n,)."""
        ...

    def score(self, x: Array, y: Array) -> float:
        """Return the accuracy."""
        ...


def _crammer_singer(params: Mapping[str, Any], seed: int) -> Estimator:
    from sklearn.svm import LinearSVC

    _known(params, ("C", "tol"))
    estimator: Estimator = LinearSVC(
        multi_class="crammer_singer",
        dual="auto",  # has no meaning here; scikit-learn 1.4 warns when it is left out
        C=_positive(params, "C", 1.0),
        tol=_positive(params, "tol", 1e-4),
        # scikit-learn warns when n_iter_ reaches max_iter, so it is told the solver's own limit.
        max_iter=MAX_ITER,
        random_state=seed,
    )
    return estimator


ESTIMATORS: Mapping[str, Callable[[Mapping[str, Any], int], Estimator]] = {
    DEFAULT: _crammer_singer,
}
"""Name of an estimator to the function that builds it from ``[params]`` and a seed."""


def run(context: Context) -> Outcome:
    """Fit the estimator of ``[params]`` and score it on every part.

    Returns
    -------
    Outcome
        ``train_accuracy``, ``test_accuracy``, ``validation_accuracy`` where there are validation
        examples, and ``converged``: 1 if the solver stopped before its iterations ran out.

    Raises
    ------
    UsageError
        If the estimator or one of its settings is not known, or the targets are not its kind.
    """
    data, dataset = context.settings.data, context.dataset
    if data is None or dataset is None:
        raise UsageError("experiment 'peer' must be given the table [data]")
    split = parts(dataset, data)
    classes = bool(np.issubdtype(split.y_train.dtype, np.integer))
    _check(str(context.settings.params.get("estimator", DEFAULT)), classes=classes)
    if not classes:
        return _regression(context, split, Scaler.of(data, split), dataset)
    estimator = _estimator(context)
    scaler = Scaler.of(data, split)
    train = flat(scaler.apply(split.x_train, np.float64))
    converged = _fit(estimator, train, split.y_train)
    accuracies = {"train_accuracy": float(estimator.score(train, split.y_train))}
    for name, (x, y) in _held_out(split).items():
        if len(x):
            accuracies[name] = float(estimator.score(flat(scaler.apply(x, np.float64)), y))
    return Outcome(
        metrics={**accuracies, "converged": float(converged)},
        digests={"data": dataset.used.fingerprint},
    )


def _check(name: str, *, classes: bool) -> None:
    if name not in {**ESTIMATORS, **REGRESSORS}:
        raise UsageError(unknown("estimator", name, {**ESTIMATORS, **REGRESSORS}))
    if (name in ESTIMATORS) != classes:
        wanted = "classes" if name in ESTIMATORS else "numbers"
        raise DataUnfit(f"estimator {name!r} of experiment 'peer' must be given {wanted}")


def _regression(context: Context, split: Parts, scaler: Scaler, dataset: Dataset) -> Outcome:
    params = dict(context.settings.params)
    name = str(params.pop("estimator", DEFAULT))
    _known(params, ("alpha",))
    metrics = measured(name, split, scaler, {"alpha": _positive(params, "alpha", 1.0)})
    return Outcome(metrics=metrics, digests={"data": dataset.used.fingerprint})


def _estimator(context: Context) -> Estimator:
    params = dict(context.settings.params)
    name = str(params.pop("estimator", DEFAULT))
    seed = int(context.streams.generator("init").integers(2**31))
    return ESTIMATORS[name](params, seed)


def _held_out(split: Parts) -> dict[str, tuple[Array, Array]]:
    return {
        "validation_accuracy": (split.x_validation, split.y_validation),
        "test_accuracy": (split.x_test, split.y_test),
    }


def _fit(estimator: Estimator, x: Array, y: Array) -> bool:
    """Fit, and return whether the solver converged; its warning becomes the answer."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(x, y)
    converged = True
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            converged = False
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    return converged


def _known(params: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in params:
        if name not in names:
            raise UsageError(unknown("key of [params]", name, ("estimator", *names)))


def _positive(params: Mapping[str, Any], name: str, default: float) -> float:
    value = params.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise UsageError(f"[params] {name} must be a positive number, got {value!r}")
    return float(value)


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of every metric that a cell can leave."""
    if settings.params.get("estimator") in REGRESSORS:
        return METRICS
    return frozenset({"train_accuracy", "validation_accuracy", "test_accuracy", "converged"})


KINDS: Mapping[str, Kind] = {"*_loss": "positive", "converged": "binary"}


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    return named(produces(settings), KINDS)


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the estimator knows."""
    own = {"alpha"} if settings.params.get("estimator") in REGRESSORS else {"C", "tol"}
    return frozenset({"estimator", *own})


EXPERIMENT = Experiment(
    name="peer",
    version=1,
    tables=("data", "params"),
    requires=("data",),
    run=run,
    produces=produces,
    kinds=kinds,
    reads=reads,
)
