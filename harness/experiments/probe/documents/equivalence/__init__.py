"""Probe ``equivalence``: two ways to compute the same thing, and how far they are apart.

``[params] pair`` names an entry of the module `registry` here. With a ``[data]`` table the inputs
are real examples, otherwise N(0, 1).
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import PositiveInt

from harness.config.settings import Settings
from harness.config.table import Table
from harness.errors import Skip
from harness.experiments.experiment import Context
from harness.experiments.probe.documents.equivalence.pair import Inputs
from harness.experiments.probe.documents.equivalence.registry import PAIRS
from harness.experiments.probe.probe import Probe, one_of
from harness.types import Array, Outcome


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    pair
        A key of `PAIRS`.
    examples, features, units, classes, batches
        Sizes: rows, input features (those of the data set, if there is one), hidden units or
        outputs of a layer, classes, and the batches that the rows are cut into.
    precision
        Floating-point type of both ways.
    amount
        The one number some pairs depend on: a shift, a learning rate times a decay, a rate.
    """

    pair: Annotated[str, one_of("pair", PAIRS)]
    examples: PositiveInt = 32
    features: PositiveInt = 20
    units: PositiveInt = 16
    classes: PositiveInt = 10
    batches: PositiveInt = 4
    precision: Literal["float32", "float64"] = "float64"
    amount: float = 0.5


def run(context: Context, params: Params) -> Outcome:
    """Compute both ways of one pair.

    Raises
    ------
    Skip
        If the backend has no such thing.
    """
    ways = PAIRS[params.pair].get(context.backend.name)
    if ways is None:
        raise Skip(f"the {context.backend.name} backend has no pair {params.pair!r}")
    sizes = (params.examples, params.features, params.units, params.classes, params.batches)
    inputs = Inputs(context, *sizes, np.dtype(params.precision).type, params.amount)
    one, other = (np.asarray(inputs.host(way), dtype=np.float64) for way in ways(inputs))
    return Outcome(
        metrics={
            "relative_difference": relative_difference(one, other),
            "ratio": float(np.linalg.norm(one.ravel()) / np.linalg.norm(other.ravel()))
            if other.any()
            else float("nan"),
        }
    )


def relative_difference(one: Array, other: Array) -> float:
    """Return ``max|a - b| / max|b|``; 0 if both are zero everywhere."""
    apart, size = float(np.abs(one - other).max()), float(np.abs(other).max())
    if apart == 0:
        return 0.0
    return apart / size if size else float("inf")


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"relative_difference", "ratio"})


PROBE = Probe("equivalence", run, _produces, params=Params, choices={"pair": lambda: PAIRS})
