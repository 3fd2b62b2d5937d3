"""Pairs of ways by name. A new one is a function in a module of its kind and one entry there."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.probe.documents.equivalence import (
    batches,
    decay,
    dropout,
    linear,
    network,
    softmax,
)
from harness.experiments.probe.documents.equivalence.pair import Pair

PAIRS: Mapping[str, Pair] = {
    **softmax.PAIRS,
    **linear.PAIRS,
    **network.PAIRS,
    **batches.PAIRS,
    **decay.PAIRS,
    **dropout.PAIRS,
}
"""Name of a pair, as in ``[params] pair``, to its two ways on each backend."""
