"""Layers with their analytic backward passes.

A layer kind is one class, here or in a module of its own, and one entry in `LAYERS`; what all of
them share, shapes and dtypes included, `harness.backends.numpy_backend.layer` says.
"""

# ruff: noqa: ARG002, ARG005 - all layers, and the table of them, share one signature
from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends.initial import kept_units
from harness.backends.numpy_backend.conv import Conv2d, MaxPool2d
from harness.backends.numpy_backend.layer import Cache, Layer
from harness.backends.numpy_backend.normalization import BatchNorm, LayerNorm
from harness.config import layers
from harness.extras import late
from harness.types import Array

special = late("scipy.special")


class Flatten(Layer):
    """(N, ...) -> (N, features), row by row in C order."""

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return `x` as (N, features), without a copy where memory allows; keep its shape."""
        return x.reshape(len(x), -1), x.shape

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return `grad` in the shape of the input."""
        return grad.reshape(cache)


class Linear(Layer):
    """(N, in) -> (N, out): ``x @ W.T + b``, with W (out, in) and b (out,)."""

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the outputs (N, out) of `x` (N, in); keep x."""
        out: Array = x @ self.params["weight"].T
        if "bias" in self.params:
            out += self.params["bias"]
        return out, x

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return ``grad @ W`` (N, in), for `grad` (N, out)."""
        out: Array = grad @ self.params["weight"]
        return out

    def gradients(self, grad: Array, cache: Cache) -> dict[str, Array]:
        """Return dW = grad.T @ x (out, in) and db = the column sums of grad (out,)."""
        grads: dict[str, Array] = {"weight": grad.T @ cache}
        if "bias" in self.params:
            grads["bias"] = grad.sum(axis=0)
        return grads


class ReLU(Layer):
    """max(0, x) of every element; the derivative at 0 is 0, as in torch.

    References
    ----------
    Nair & Hinton (2010).
    """

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return max(0, x), where nan stays nan; keep the output."""
        y: Array = np.maximum(x, 0)
        return y, y

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Clear `grad` where the unit was off."""
        # A product with the mask would turn inf * 0 into nan; torch clears, and so do we. With
        # bits, since a copy under a mask that looks random waits at every element for a branch.
        bits = grad.view(f"i{grad.itemsize}")
        bits &= (cache <= 0).astype(bits.dtype) - 1
        return grad


class LeakyReLU(Layer):
    """x where it is positive, slope * x elsewhere; the derivative at 0 is the slope, as in torch.

    References
    ----------
    Maas, Hannun & Ng (2013).
    """

    def __init__(self, slope: float) -> None:
        super().__init__()
        self._slope = slope

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return x or slope * x, in its shape; keep where x was not positive."""
        off: Array = x <= 0
        return np.where(off, x * self._slope, x), off

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Scale `grad` by the slope where x was not positive."""
        np.multiply(grad, self._slope, out=grad, where=cache)
        return grad


class Sigmoid(Layer):
    """1 / (1 + exp(-x)) of every element, from exp(-abs(x)) so that nothing overflows."""

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the sigmoid of `x`, in its shape; keep it."""
        small = np.exp(-np.abs(x))
        y: Array = np.where(x >= 0, 1, small) / (1 + small)
        return y, y

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Multiply `grad` by y * (1 - y)."""
        grad *= cache * (1 - cache)
        return grad


class Tanh(Layer):
    """tanh(x) of every element."""

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return tanh(x), in the shape of `x`; keep it."""
        y: Array = np.tanh(x)
        return y, y

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Multiply `grad` by 1 - y**2."""
        grad *= 1 - cache * cache
        return grad


class Dropout(Layer):
    """Inverted dropout: every element is kept with probability 1 - rate, and scaled by its inverse.

    In evaluation nothing is dropped and nothing scaled.

    References
    ----------
    Srivastava et al. (2014), with the scaling in training, as in torch.
    """

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        super().__init__()
        self._rate, self._rng = rate, rng

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return `x` with units dropped, and the scaled mask; `x` itself when not training."""
        if not training:
            return x, None
        mask = kept_units(x.shape, self._rate, self._rng).astype(x.dtype)
        mask *= 1.0 / (1.0 - self._rate)
        return x * mask, mask

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Let through the gradient of kept units, scaled alike."""
        if cache is not None:
            grad *= cache
        return grad


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


Build = Callable[[Any, Mapping[str, Array], np.random.Generator], Layer]

LAYERS: Mapping[type[Any], Build] = {
    layers.Flatten: lambda layer, params, rng: Flatten(),
    layers.Linear: lambda layer, params, rng: Linear(params),
    layers.ReLU: lambda layer, params, rng: ReLU(),
    layers.Sigmoid: lambda layer, params, rng: Sigmoid(),
    layers.Tanh: lambda layer, params, rng: Tanh(),
    layers.LeakyReLU: lambda layer, params, rng: LeakyReLU(layer.slope),
    layers.Dropout: lambda layer, params, rng: Dropout(layer.rate, rng),
    layers.GELU: lambda layer, params, rng: GELU(),
    layers.Softmax: lambda layer, params, rng: Softmax(),
    layers.LogSoftmax: lambda layer, params, rng: LogSoftmax(),
    layers.BatchNorm: lambda layer, params, rng: BatchNorm(params, layer.momentum, layer.eps),
    layers.LayerNorm: lambda layer, params, rng: LayerNorm(params, layer.eps),
    layers.Conv2d: lambda layer, params, rng: Conv2d(params, layer.stride, layer.padding),
    layers.MaxPool2d: lambda layer, params, rng: MaxPool2d(layer.kernel),
}
