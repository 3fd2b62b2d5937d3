"""What is known of a training cell before it runs: the names it leaves, and what is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress

from harness import datasets
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.config.kinds import Kind, kinds_of, of_accuracy
from harness.config.layers import Sigmoid, Softmax
from harness.config.model import layers_of
from harness.config.table import WIDEST
from harness.config.train import CLASS_LOSSES, Evaluation, Train
from harness.datasets.dataset import Facts, Roots
from harness.errors import UsageError
from harness.experiments.train import measures, scores

UNKNOWN = 100
"""Features and classes that a data set of which nothing is known before it is read may have."""


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of every metric, series and array of a cell with these settings."""
    return _produced(settings, facts_of(settings.data))


def _produced(settings: Settings, facts: Facts) -> frozenset[str]:
    train = settings.train
    names = {"train_loss", "initial_loss", "parameters", "grew", "nan_weights"}
    names |= {"first_inf", "first_nan"}
    if train is None:
        return frozenset(names)
    names |= _evaluated(train, facts) | measures.produces(settings) | (set(train.keep) - {"fit"})
    if "predictions" in train.keep:
        names.add("labels")
    if "some_weights" in train.keep:
        names = (names - {"some_weights"}) | {"weights"}
    if train.loss in CLASS_LOSSES:
        return frozenset(names)
    names |= {"bias_0", "stability_limit", "lr_over_limit"}
    names |= {"fit_x", "fit_y"} if "fit" in train.keep else set()
    return frozenset(names | {f"weight_{i}" for i in range(min(math.prod(facts.shape), WIDEST))})


def _evaluated(train: Train, facts: Facts) -> set[str]:
    classes = facts.outputs if train.loss in CLASS_LOSSES else 0
    names = {name for evaluation in train.evaluate for name in scores.names(evaluation, classes)}
    if not train.evaluate_every:
        return names
    return names | {f"{name}_{what}" for name in names for what in ("setbacks", "from_best")}


def facts_of(data: Data | None) -> Facts:
    """Return what is known of the data; where that is nothing, room for many of everything."""
    found = None
    if data is not None:
        with suppress(UsageError):  # a table that does not fit is refused where it is checked
            found = datasets.facts(data, Roots.find(None), {})
    return found or Facts((UNKNOWN,), UNKNOWN, 0, 0)


KINDS: Mapping[str, Kind] = {
    "*_accuracy_setbacks": "count",
    "*_loss_setbacks": "count",
    "*_accuracy": "real",
    "*_accuracy_from_best": "real",
    "*_recall*": "real",
    "*_confused_*": "real",
    "correct": "binary",
    "solved": "binary",
    "spiked": "binary",
    "grew": "binary",
    "nan_weights": "binary",
    "first_inf": "count",
    "first_nan": "count",
    "spike_at": "count",
    "settled_at": "count",
    "black_label": "count",
    "parameters": "fixed",
    "dead_units*": "count",
    "distinct_units": "count",
    "weight_norm": "real",
    "weight_change*": "positive",
    "weight_*": "real",
    "bias_spread": "positive",
    "bias_*": "real",
    "*_filters": "share",
    "zero_*": "real",
    "unused_inputs": "fixed",
    "exact_zeros": "count",
    "matched_templates": "count",
    "hidden_*": "real",
    "confidence": "real",
    "generalization_gap": "real",
    "*": "positive",  # losses, norms, distances, ratios: what may explode, or come near to zero
}
"""What kind of number a trained network leaves, the special before the general."""


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    facts = facts_of(settings.data)
    found = kinds_of(_produced(settings, facts), KINDS)
    if settings.train is None or settings.data is None:
        return found
    for evaluation in settings.train.evaluate:
        kind = of_accuracy(_size(evaluation, settings.data, facts))
        own = (name for name in found if name.startswith(f"{evaluation.name}_"))
        found |= {name: kind for name in own if found[name] == "real"}
    return found


def _size(evaluation: Evaluation, data: Data, facts: Facts) -> int:
    """Return how many examples an evaluation looks at; 0 where that is not known."""
    whole = {
        "train": data.n_train or facts.n_train,
        "validation": data.n_validation,
        "test": data.n_test or facts.n_test,
    }[evaluation.part]
    if not evaluation.labels or not facts.outputs:
        return whole
    return whole * len(evaluation.labels) // facts.outputs


def complaints(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    train, model = settings.train, settings.model
    if train is None or model is None:
        return
    for message in measures.complaints(train.measure):
        yield ("train", "measure"), message
    ends = [isinstance(layer, Sigmoid | Softmax) for layer in layers_of(model, 1)[-1:]]
    if train.loss == "binary_cross_entropy" and not any(ends):  # `layers = []` has no last one
        yield ("train", "loss"), _NO_PROBABILITY


_NO_PROBABILITY = (
    "binary_cross_entropy takes probabilities: the model's last layer must be sigmoid or softmax; "
    'end [model] layers with { type = "sigmoid" }'
)
