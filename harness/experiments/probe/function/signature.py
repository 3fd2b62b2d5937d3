"""What a named function is given, and what NumPy returns of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.types import Array

Pullback = Callable[[Array], Array]
"""From d result / d value to d result / d input, both of their own shapes."""


@dataclass(frozen=True)
class Options:
    """What some functions need beside their input.

    Attributes
    ----------
    target : ndarray
        Targets of a loss: numbers of the input's shape, or class labels, one per row.
    delta : float
        Where ``huber`` turns from half the square to a line.
    slope : float
        Of ``leaky_relu`` below zero.
    exponent : float
        Of ``power``.
    """

    target: Array
    delta: float = 1.0
    slope: float = 0.01
    exponent: float = 2.0


Function = Callable[[Array, Options], tuple[Array, Pullback]]
"""``function(x, options) -> (value, pullback)``, in the dtype of `x`."""
Functions = Mapping[str, Function]
"""A family of them by name."""
