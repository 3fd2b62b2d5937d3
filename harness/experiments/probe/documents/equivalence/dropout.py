"""Dropout as an average over thinned networks: every mask of the hidden units, none drawn.

There are ``2 ** units`` masks, so keep ``units`` at 12 or fewer. `amount` is the probability with
which a unit is dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layers import Dropout
from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair
from harness.types import Array


def _thinned(inputs: Inputs, scale: float) -> tuple[Array, Array, Array]:
    """Return the scores of every thinned network, their probabilities, and those of the whole.

    Shapes (masks, N, C), (masks, 1, 1), (N, C).
    """
    hidden = numeric.relu(inputs.normal(inputs.examples, inputs.units))
    weight = inputs.weights(inputs.classes, inputs.units)
    masks = np.array(list(itertools.product((0, 1), repeat=inputs.units)), dtype=inputs.dtype)
    kept = masks.sum(axis=1)
    chance = (1 - inputs.amount) ** kept * inputs.amount ** (inputs.units - kept)
    scores = (hidden * masks[:, None] * scale) @ weight.T
    return scores, chance[:, None, None], hidden @ weight.T


def unscaled(inputs: Inputs) -> tuple[Any, Any]:
    """Mean input of the next layer over all masks, units merely dropped; without dropout."""
    scores, chance, whole = _thinned(inputs, 1.0)
    return (scores * chance).sum(axis=0), whole


def inverted(inputs: Inputs) -> tuple[Any, Any]:
    """The same with kept units scaled by ``1 / (1 - amount)``."""
    scores, chance, whole = _thinned(inputs, 1 / (1 - inputs.amount))
    return (scores * chance).sum(axis=0), whole


def arithmetic(inputs: Inputs) -> tuple[Any, Any]:
    """Mean of the probabilities that the thinned networks predict; those of the whole."""
    scores, chance, whole = _thinned(inputs, 1 / (1 - inputs.amount))
    found = (np.exp(numeric.log_softmax(scores)) * chance).sum(axis=0)
    return found, np.exp(numeric.log_softmax(whole))


def geometric(inputs: Inputs) -> tuple[Any, Any]:
    """Their geometric mean, made to sum to 1; the probabilities of the whole.

    Hinton et al. (2012), arXiv:1207.0580, for one hidden layer.
    """
    scores, chance, whole = _thinned(inputs, 1 / (1 - inputs.amount))
    logarithms = (numeric.log_softmax(scores) * chance).sum(axis=0)
    return np.exp(numeric.log_softmax(logarithms)), np.exp(numeric.log_softmax(whole))


def _survivors(drop: Callable[[Inputs, Array], Array]) -> Callable[[Inputs], tuple[Any, Any]]:
    def ways(inputs: Inputs) -> tuple[Any, Any]:
        x = inputs.normal(inputs.examples, inputs.features)
        dropped = drop(inputs, x)
        kept = dropped != 0
        return dropped[kept], x[kept] / (1 - inputs.amount)

    return ways


def _numpy_layer(inputs: Inputs, x: Array) -> Array:
    return Dropout(inputs.amount, inputs.rng).forward(x, training=True)[0]


def _torch_layer(inputs: Inputs, x: Array) -> Array:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(int(inputs.rng.integers(2**31)))
        return inputs.host(torch.nn.Dropout(inputs.amount)(inputs.put(x)))


PAIRS: Mapping[str, Pair] = {
    "dropout_unscaled": {"numpy": unscaled},
    "dropout_inverted": {"numpy": inverted},
    "dropout_mean_of_networks": {"numpy": arithmetic},
    "dropout_geometric_mean": {"numpy": geometric},
    "dropout_survivors": {"numpy": _survivors(_numpy_layer), "torch": _survivors(_torch_layer)},
}
"""``dropout_survivors``: what the layer lets through in training; the input over 1 - amount."""
