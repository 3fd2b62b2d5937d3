"""Dropout as an average over thinned networks: every mask of the hidden units, none drawn.

There are ``2 ** units`` masks, so keep ``units`` at 12 or fewer. ``amount`` is the probability with
which a unit is dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from harness.backends.numpy_backend.layers import Dropout
from harness.types import Array
from suites.equivalence.ways import Inputs, apart, host, on_both, on_numpy
from suites.facts import numeric


@on_numpy
def dropout_unscaled(
    rng: Generator, examples: int = 32, units: int = 10, classes: int = 10, amount: float = 0.5
) -> Mapping[str, float]:
    """Mean input of the next layer over all masks, units merely dropped; without dropout."""
    scores, chance, whole = _thinned(rng, (examples, units, classes), amount, scale=1.0)
    return apart((scores * chance).sum(axis=0), whole)


@on_numpy
def dropout_inverted(
    rng: Generator, examples: int = 32, units: int = 10, classes: int = 10, amount: float = 0.5
) -> Mapping[str, float]:
    """The same with kept units scaled by ``1 / (1 - amount)``."""
    sizes = (examples, units, classes)
    scores, chance, whole = _thinned(rng, sizes, amount, scale=1 / (1 - amount))
    return apart((scores * chance).sum(axis=0), whole)


@on_numpy
def dropout_mean_of_networks(
    rng: Generator, examples: int = 32, units: int = 10, classes: int = 10, amount: float = 0.5
) -> Mapping[str, float]:
    """Mean of the probabilities that the thinned networks predict; those of the whole."""
    sizes = (examples, units, classes)
    scores, chance, whole = _thinned(rng, sizes, amount, scale=1 / (1 - amount))
    found = (np.exp(numeric.log_softmax(scores)) * chance).sum(axis=0)
    return apart(found, np.exp(numeric.log_softmax(whole)))


@on_numpy
def dropout_geometric_mean(
    rng: Generator, examples: int = 32, units: int = 10, classes: int = 10, amount: float = 0.5
) -> Mapping[str, float]:
    """Their geometric mean, made to sum to 1; the probabilities of the whole.

    Hinton et al. (2012), arXiv:1207.0580, for one hidden layer.
    """
    sizes = (examples, units, classes)
    scores, chance, whole = _thinned(rng, sizes, amount, scale=1 / (1 - amount))
    logarithms = (numeric.log_softmax(scores) * chance).sum(axis=0)
    return apart(np.exp(numeric.log_softmax(logarithms)), np.exp(numeric.log_softmax(whole)))


def _thinned(
    rng: Generator, sizes: tuple[int, int, int], amount: float, scale: float
) -> tuple[Array, Array, Array]:
    """Return the scores of every thinned network, their probabilities, and those of the whole.

    Shapes (masks, N, C), (masks, 1, 1), (N, C).
    """
    inputs, (examples, units, classes) = Inputs(rng), sizes
    hidden = numeric.relu(inputs.normal(examples, units))
    weight = inputs.weights(classes, units)
    masks = np.array(list(itertools.product((0, 1), repeat=units)), dtype=np.float64)
    kept = masks.sum(axis=1)
    chance = (1 - amount) ** kept * amount ** (units - kept)
    scores = (hidden * masks[:, None] * scale) @ weight.T
    return scores, chance[:, None, None], hidden @ weight.T


@on_both
def dropout_survivors(
    rng: Generator,
    backend: str,
    device: str,
    examples: int = 32,
    features: int = 20,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """What the library's dropout lets through; the same numbers over ``1 - amount``."""
    inputs = Inputs(rng, device)
    x = inputs.normal(examples, features)
    drop = _numpy_layer if backend == "numpy" else _torch_layer
    dropped = drop(inputs, x, amount)
    kept = dropped != 0
    return apart(dropped[kept], x[kept] / (1 - amount))


def _numpy_layer(inputs: Inputs, x: Array, amount: float) -> Array:
    return Dropout(amount, inputs.rng).forward(x, training=True)[0]


def _torch_layer(inputs: Inputs, x: Array, amount: float) -> Array:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(int(inputs.rng.integers(2**31)))
        return host(torch.nn.Dropout(amount)(inputs.put(x)))
