"""Measures: what can be asked of a trained network besides its accuracy, found by name.

``[train] measure`` names them. A new measure is one function, one entry of its module's
``MEASURES``, and one of `FAMILIES` if the module is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from harness.config.experiments import Settings
from harness.experiments.train.measures import (
    dynamics,
    hidden,
    linear,
    predictions,
    weights,
)
from harness.experiments.train.measures.measure import Measure, Trained, Values
from harness.registry import Registry, named

FAMILIES = (hidden, weights, linear, dynamics, predictions)
MEASURES: Registry[Measure] = named(
    "measure", (measure for family in FAMILIES for measure in family.MEASURES)
)
"""What ``[train] measure`` can name."""


def measured(trained: Trained) -> Values:
    """Return what ``[train] measure`` asks for; nan and inf stand for themselves."""
    found: Values = {}
    for name in trained.task.train.measure:
        with np.errstate(over="ignore", invalid="ignore"):  # of weights that diverged
            found |= MEASURES.get(name).run(trained)
    return found


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of every metric that `measured` can give; unknown measures give none."""
    wanted = settings.train.measure if settings.train is not None else ()
    found = [MEASURES.get(name).produces(settings) for name in wanted if name in MEASURES]
    return frozenset().union(*found)


def complaints(names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the names of ``[train] measure``."""
    for name in names:
        if name not in MEASURES:
            yield MEASURES.unknown(name)
