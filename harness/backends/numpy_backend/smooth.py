"""GELU and the softmax layers, with their analytic backward passes."""

# ruff: noqa: ARG002 - all layers share one signature
from __future__ import annotations

import math

import numpy as np

from harness.backends.numpy_backend.layer import Cache, Layer
from harness.extras import late
from harness.types import Array

special = late("scipy.special")


class GELU(Layer):
    """x * Phi(x) of every element, Phi the normal distribution function, from the error function.

    References
    ----------
    Hendrycks & Gimpel (2016), in its exact form.
    """

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return x * Phi(x), in the shape of `x`; keep x and Phi(x)."""
        below: Array = 0.5 * (1 + special.erf(x * math.sqrt(0.5)))
        return x * below, (x, below)

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Multiply `grad` by Phi(x) + x * phi(x)."""
        x, below = cache
        density = np.exp(-0.5 * np.square(x)) * (1 / math.sqrt(2 * math.pi))
        grad *= below + x * density
        return grad


class Softmax(Layer):
    """(N, C) -> (N, C): exp(x) over its sum in the row.

    The largest of a row is taken off first, so that no finite score overflows.
    """

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the probabilities (N, C), of which every row sums to 1; keep them."""
        y: Array = np.exp(x - x.max(axis=-1, keepdims=True))
        y /= y.sum(axis=-1, keepdims=True)
        return y, y

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return ``p * (grad - sum(p * grad))`` (N, C), the sum over the row."""
        grad -= (grad * cache).sum(axis=-1, keepdims=True)
        grad *= cache
        return grad


class LogSoftmax(Layer):
    """(N, C) -> (N, C): x less the logarithm of the sum of exp(x) over the row.

    The largest of a row is taken off first, so that no finite score overflows.
    """

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the log-probabilities (N, C), nats; keep them."""
        shifted = x - x.max(axis=-1, keepdims=True)
        y: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return y, y

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return ``grad - p * sum(grad)`` (N, C), the sum over the row."""
        grad -= np.exp(cache) * grad.sum(axis=-1, keepdims=True)
        return grad
