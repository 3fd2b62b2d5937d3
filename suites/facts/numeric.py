"""Derivatives by the complex step: exact to rounding, without a derivative written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.types import Array

STEP = 2.0**-300
"""A power of two, so that the step itself is never rounded."""


def complex_step(function: Callable[[Array], Any], x: Array) -> NDArray[np.float64]:
    """Return the gradient of ``function(x).sum()``.

    Parameters
    ----------
    function : callable
        Takes a complex array of the shape of `x`. It must be analytic where it is used: written
        with ``real_max`` in place of ``max``, comparisons of real parts, and no absolute values.
    x : ndarray

    Returns
    -------
    ndarray
        float64, of the shape of `x`.

    References
    ----------
    Squire & Trapp (1998), Using complex variables to estimate derivatives of real functions.
    """
    x = np.asarray(x, dtype=np.float64)
    found = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        shifted = x.astype(np.complex128)
        shifted[index] += 1j * STEP
        found[index] = np.sum(function(shifted)).imag / STEP
    return found


def relu(x: Array) -> Array:
    """Return ``max(0, x)`` of a real or complex array."""
    positive: Array = np.where(np.real(x) > 0, x, 0)
    return positive


def absolute(x: Array) -> Array:
    """Return ``|x|`` of an array whose imaginary parts are steps."""
    return np.asarray(np.sign(np.real(x)) * x)


def log_softmax(scores: Array) -> Array:
    """Return the logarithms of the softmax over the last axis, real or complex."""
    shifted = scores - np.real(scores).max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def cross_entropy(scores: Array, labels: Array) -> Any:
    """Return the mean cross entropy of scores (N, C) and labels (N,), real or complex."""
    return -log_softmax(scores)[np.arange(len(labels)), labels].mean()
