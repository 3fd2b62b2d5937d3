"""An estimator of scikit-learn on the same examples: an independent answer to compare with ours.

``[params]`` names the ``estimator`` and its settings. Examples are flattened and scaled as
``[data]`` says, and nothing else is done to them. Class labels take one of `CLASSIFIERS` and give
accuracies, numbers as targets one of `REGRESSORS` and give losses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from harness.config.experiments import Settings
from harness.config.kinds import Kind, kinds_of, of_accuracy
from harness.datasets.parts import parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.peer.estimators import CLASSIFIERS, NAME, REGRESSORS, Estimator
from harness.registry import Registry, named
from harness.types import Outcome

DEFAULT = "linear-svc-crammer-singer"
ESTIMATORS: Registry[Estimator] = named("estimator", (*CLASSIFIERS, *REGRESSORS))
"""What ``[params] estimator`` can name."""


def run(context: Context) -> Outcome:
    """Fit the estimator of ``[params]`` and measure it on every part.

    Returns
    -------
    Outcome
        Of a classifier ``train_accuracy``, ``test_accuracy``, ``validation_accuracy`` where there
        are validation examples, and ``converged``: 1 if the solver stopped before its iterations
        ran out, nan before scikit-learn 1.9.1, which cannot tell. Of a regressor ``<part>_loss``,
        the mean squared error of every part that has examples; ``zero_weights``, ``bias`` and up
        to eight weights.

    Raises
    ------
    UsageError
        If the estimator or one of its settings is not known, or the targets are not its kind.
    """
    data, dataset = context.settings.data, context.dataset
    if data is None or dataset is None:
        raise UsageError("experiment 'peer' must be given the table [data]")
    estimator = ESTIMATORS.get(_name(context.settings))
    settings = estimator.settings(context.settings.params)
    split = parts(dataset, data)
    if estimator.classes != np.issubdtype(split.y_train.dtype, np.integer):
        wanted = "classes" if estimator.classes else "numbers"
        raise DataUnfit(f"estimator {estimator.name!r} of experiment 'peer' must be given {wanted}")
    seed = int(context.streams.generator("init").integers(2**31))
    metrics = estimator.measure(split, Scaler.of(data, split), settings, seed)
    return Outcome(metrics=metrics, digests={"data": dataset.used.fingerprint})


def _name(settings: Settings) -> str:
    return str(settings.params.get(NAME, DEFAULT))


def _possible(settings: Settings) -> list[Estimator]:
    """Return the estimator named; all of them for a name that `complaints` refuses."""
    name = _name(settings)
    return [ESTIMATORS.get(each) for each in ([name] if name in ESTIMATORS else ESTIMATORS)]


def complaints(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    name = _name(settings)
    if name not in ESTIMATORS:
        yield ("params", NAME), ESTIMATORS.unknown(name)
        return
    try:
        ESTIMATORS.get(name).settings(settings.params)
    except UsageError as error:
        yield ("params",), str(error)


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of every metric that a cell can leave."""
    return frozenset().union(*(estimator.metrics for estimator in _possible(settings)))


KINDS: Mapping[str, Kind] = {"*_loss": "positive", "converged": "binary"}
PARTS = ("train", "validation", "test")


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    data = settings.data
    sizes = {} if data is None else {part: getattr(data, f"n_{part}") for part in PARTS}
    accuracies = {f"{part}_accuracy": of_accuracy(size) for part, size in sizes.items()}
    return kinds_of(produces(settings), {**accuracies, **KINDS})


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the estimator knows."""
    return frozenset({NAME}).union(*(estimator.defaults for estimator in _possible(settings)))


EXPERIMENT = Experiment(
    name="peer",
    version=1,
    tables=("data", "params"),
    requires=("data",),
    run=run,
    produces=produces,
    kinds=kinds,
    complaints=complaints,
    reads=reads,
)
