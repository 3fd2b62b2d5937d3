"""Initial weights and dropout masks: drawn here, so that every backend is given the same.

NumPy draws both, so that two backends start from the same point, drop the same units, and their
loss curves can be compared with each other step by step.
"""

# ruff: noqa: ARG001 - the draws of one table share one signature
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.config.layers import Shape
from harness.config.model import Init, PlacedLayer

Draw = Callable[[Shape, int, Init, np.random.Generator], NDArray[np.float64]]


def initial_weights(
    placed: Sequence[PlacedLayer], init: Init, rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Draw every parameter of a model, layer by layer, the weight before the bias.

    Parameters
    ----------
    placed : sequence of PlacedLayer
        The model, from `harness.config.model.place`.
    init : Init
        The schemes.
    rng : numpy.random.Generator
        The cell's ``init`` stream.

    Returns
    -------
    dict of str to ndarray
        float64; ``"1.weight"`` (out, in) and ``"1.bias"`` (out,), numbered by layer as in
        ``torch.nn.Sequential``. A backend casts them to the dtype it trains in.

    References
    ----------
    ``default`` is what ``torch.nn.Linear.reset_parameters`` does; Glorot & Bengio (2010) for
    ``xavier``, He et al. (2015) for ``kaiming``, LeCun et al. (1998) for ``lecun``, all in their
    normal form.
    """
    weights: dict[str, NDArray[np.float64]] = {}
    for step in placed:
        if "weight" not in step.params:
            continue
        if not step.layer.drawn:
            weights |= _ones_and_zeros(step)
            continue
        fan_in = math.prod(step.params["weight"][1:])
        for name, shape in step.params.items():
            draw = WEIGHTS[init.scheme] if name == "weight" else BIASES[init.bias]
            weights[f"{step.index}.{name}"] = draw(shape, fan_in, init, rng)
    return weights


def _ones_and_zeros(step: PlacedLayer) -> dict[str, NDArray[np.float64]]:
    """Return weights 1 and biases 0, whatever the scheme; nothing is drawn."""
    start = {"weight": np.ones, "bias": np.zeros}
    return {f"{step.index}.{name}": start[name](shape) for name, shape in step.params.items()}


def kept_units(shape: Shape, rate: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw a dropout mask.

    Parameters
    ----------
    shape : tuple of int
        Of the units, (N, ...).
    rate : float
        Probability that a unit is dropped.
    rng : numpy.random.Generator
        The cell's ``dropout`` stream. The draw is float32 whatever the dtype of the training, so
        that float64 drops the same units.

    Returns
    -------
    ndarray of bool
        Of `shape`, True where a unit is kept.
    """
    return rng.random(shape, dtype=np.float32) >= np.float32(rate)


def _uniform_fan_in(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    bound = 1.0 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, shape)


def _normal(shape: Shape, fan_in: int, init: Init, rng: np.random.Generator) -> NDArray[np.float64]:
    return init.std * rng.standard_normal(shape)


def _xavier(shape: Shape, fan_in: int, init: Init, rng: np.random.Generator) -> NDArray[np.float64]:
    fan_out = shape[0] * math.prod(shape[2:])  # of a convolution, every place of its kernel
    return math.sqrt(2.0 / (fan_in + fan_out)) * rng.standard_normal(shape)


def _kaiming(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    return math.sqrt(2.0 / fan_in) * rng.standard_normal(shape)


def _lecun(shape: Shape, fan_in: int, init: Init, rng: np.random.Generator) -> NDArray[np.float64]:
    return math.sqrt(1.0 / fan_in) * rng.standard_normal(shape)


def _uniform(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    return rng.uniform(0.0, 1.0, shape)


def _constant(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    return np.full(shape, init.std)


def _zeros(shape: Shape, fan_in: int, init: Init, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.zeros(shape)


def _normal_bias(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    return init.bias_std * rng.standard_normal(shape)


def _constant_bias(
    shape: Shape, fan_in: int, init: Init, rng: np.random.Generator
) -> NDArray[np.float64]:
    return np.full(shape, init.bias_std)


WEIGHTS: Mapping[str, Draw] = {
    "default": _uniform_fan_in,
    "normal": _normal,
    "xavier": _xavier,
    "kaiming": _kaiming,
    "lecun": _lecun,
    "uniform": _uniform,
    "zeros": _zeros,
    "constant": _constant,
}
BIASES: Mapping[str, Draw] = {
    "default": _uniform_fan_in,
    "zeros": _zeros,
    "normal": _normal_bias,
    "constant": _constant_bias,
}
