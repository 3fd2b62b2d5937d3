"""Normalisation over the batch and over the features, with their analytic backward passes.

Both compute ``weight * (x - mean) / sqrt(variance + eps) + bias`` and differ in what the mean and
the variance are taken over; the backward pass is the same sum over that set.
"""

# ruff: noqa: ARG002 - all layers share one signature
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.backends.numpy_backend.layer import Layer
from harness.backends.protocol import check_batch_norm_input
from harness.types import Array


@dataclass(frozen=True)
class Normalized:
    """What a backward pass needs.

    Attributes
    ----------
    values : ndarray
        Normalised input, before weight and bias, of the input's shape.
    inverse : ndarray
        1 / sqrt(variance + eps), to be broadcast over the input.
    fixed : bool
        Whether mean and variance are constants (running statistics), not functions of the input.
    """

    values: Array
    inverse: Array
    fixed: bool


class _Normalization(Layer):
    """The part both share; the parameters have one element per feature or channel."""

    def _scaled(self, values: Array) -> Array:
        weight, bias = (_spread(self.params[name], values.ndim) for name in ("weight", "bias"))
        return values * weight + bias

    def _gradients(self, grad: Array, cache: Normalized) -> dict[str, Array]:
        axes = _all_but_channels(grad.ndim)
        return {"weight": (grad * cache.values).sum(axis=axes), "bias": grad.sum(axis=axes)}

    def _backward(self, grad: Array, cache: Normalized, axes: tuple[int, ...]) -> Array:
        grad *= _spread(self.params["weight"], grad.ndim)
        if not cache.fixed:
            along = (grad * cache.values).mean(axis=axes, keepdims=True)
            grad -= grad.mean(axis=axes, keepdims=True)
            grad -= cache.values * along
        grad *= cache.inverse
        return grad


class BatchNorm(_Normalization):
    """Normalise every feature (N, F), or channel (N, C, H, W), over the batch.

    Attributes
    ----------
    running_mean, running_var : ndarray, (F,) or (C,)
        Exponential means of the batches' statistics, used outside training; the variance is the
        unbiased one. They start at 0 and 1 and are no parameters.

    References
    ----------
    Ioffe & Szegedy (2015).
    """

    def __init__(self, params: Mapping[str, Array], momentum: float, eps: float) -> None:
        super().__init__(params)
        self._momentum, self._eps = momentum, eps
        self.running_mean = np.zeros_like(self.params["weight"])
        self.running_var = np.ones_like(self.params["weight"])

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Normalized]:
        """Return `x` normalised, in its shape; in training by its own statistics.

        The running statistics are updated in training, and used outside of it.

        Raises
        ------
        BatchTooSmall
            In training, if there is but one value per feature.
        """
        mean, variance = self._of_batch(x) if training else (self.running_mean, self.running_var)
        inverse = _spread(1 / np.sqrt(variance + self._eps), x.ndim)
        values = (x - _spread(mean, x.ndim)) * inverse
        return self._scaled(values), Normalized(values, inverse, fixed=not training)

    def backward(self, grad: Array, cache: Normalized) -> Array:
        """Return d loss / d input, in its shape; in training the statistics depend on it too."""
        return self._backward(grad, cache, _all_but_channels(grad.ndim))

    def gradients(self, grad: Array, cache: Normalized) -> dict[str, Array]:
        """Return d loss / d weight and bias, (F,) or (C,)."""
        return self._gradients(grad, cache)

    def statistics(self) -> tuple[Array, ...]:
        """Return the running mean and variance, which are written in place."""
        return self.running_mean, self.running_var

    def _of_batch(self, x: Array) -> tuple[Array, Array]:
        check_batch_norm_input(x.shape)
        axes, count = _all_but_channels(x.ndim), x.size // x.shape[1]
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        for running, now in (
            (self.running_mean, mean),
            (self.running_var, variance * (count / (count - 1))),
        ):
            running *= 1 - self._momentum
            running += self._momentum * now
        return mean, variance


class LayerNorm(_Normalization):
    """Normalise every example (N, F) over its own features; the same in training and outside.

    References
    ----------
    Ba, Kiros & Hinton (2016).
    """

    def __init__(self, params: Mapping[str, Array], eps: float) -> None:
        super().__init__(params)
        self._eps = eps

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Normalized]:
        """Return the normalised `x` (N, F)."""
        variance = x.var(axis=1, keepdims=True)
        inverse = 1 / np.sqrt(variance + self._eps)
        values = (x - x.mean(axis=1, keepdims=True)) * inverse
        return self._scaled(values), Normalized(values, inverse, fixed=False)

    def backward(self, grad: Array, cache: Normalized) -> Array:
        """Return d loss / d input (N, F)."""
        return self._backward(grad, cache, (1,))

    def gradients(self, grad: Array, cache: Normalized) -> dict[str, Array]:
        """Return d loss / d weight and bias (F,)."""
        return self._gradients(grad, cache)


def _all_but_channels(ndim: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(ndim) if axis != 1)


def _spread(values: Array, ndim: int) -> Array:
    """Return (C,) shaped to be broadcast over (N, C, ...)."""
    return values.reshape(-1, *[1] * (ndim - 2))
