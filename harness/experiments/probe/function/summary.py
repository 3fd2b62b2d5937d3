"""What is reported of a function's value and gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.types import Array, Series

FEW = 24
"""Elements of input or value up to which each is a metric of its own."""


@dataclass(frozen=True)
class Evaluated:
    """A function evaluated.

    Attributes
    ----------
    x, value, gradient : ndarray
        `gradient` has the shape of `x`.
    graph : bool
        Whether autograd found a way from the value to the input.
    """

    x: Array
    value: Array
    gradient: Array
    graph: bool


def elements(found: Evaluated) -> dict[str, float]:
    """Return every element as a metric, where they are few."""
    metrics: dict[str, float] = {}
    for name, array in (("value", found.value), ("gradient", found.gradient)):
        if array.size <= FEW:
            metrics |= {f"{name}_{i}": float(v) for i, v in enumerate(array.ravel())}
    return metrics


def summary(found: Evaluated) -> dict[str, float]:
    """Return metrics of the whole, over finite and other values alike."""
    x, value, grad = (a.astype(np.float64).ravel() for a in (found.x, found.value, found.gradient))
    with np.errstate(all="ignore"):
        return {
            "sum": float(value.sum()),
            "value_min": float(value.min()),
            "value_max": float(value.max()),
            "zeros": float(np.mean(value == 0)),
            "distinct": float(len(np.unique(value)) / value.size),
            "gradient_min": float(grad.min()),
            "gradient_max": float(grad.max()),
            "gradient_norm": float(np.linalg.norm(grad)),
            "x_of_gradient_max": float(x[grad.argmax()]),
            "finite": float(np.isfinite(value).all()),
            "gradient_finite": float(np.isfinite(grad).all()),
            "nans": float(np.isnan(value).sum()),
            "graph": float(found.graph),
        }


def moments(found: Evaluated) -> dict[str, float]:
    """Return mean, variance and mean square of the values, in float64, and beside the input's."""
    x, value = found.x.astype(np.float64), found.value.astype(np.float64)
    return {
        "mean": float(value.mean()),
        "variance": float(value.var()),
        "second_moment": float(np.mean(value**2)),
        "variance_ratio": float(value.var() / x.var()),
        "second_moment_ratio": float(np.mean(value**2) / np.mean(x**2)),
    }


def curves(found: Evaluated) -> Mapping[str, Series]:
    """Return value and gradient over the input; only functions of single elements have them."""
    if found.value.size != found.x.size:
        return {}
    x = [float(v) for v in found.x.ravel()]
    pairs = (("value", found.value), ("gradient", found.gradient))
    return {name: Series(x, [float(v) for v in array.ravel()]) for name, array in pairs}


def names(inputs: int, outputs: int, *, curve: bool, drawn: bool) -> frozenset[str]:
    """Return the names of what a cell leaves, by the sizes of input and value."""
    some = Evaluated(np.arange(2.0), np.ones(2), np.ones(2), graph=True)
    known = {*summary(some), *(moments(some) if drawn else ())}
    for name, size in (("value", outputs), ("gradient", inputs)):
        known |= {f"{name}_{i}" for i in range(size)} if size <= FEW else set()
    known |= {"value", "gradient"} if curve and inputs == outputs else set()
    return frozenset(known)
