"""Convolution and max pooling by matrix products.

A convolution is a product of the filters with *columns*: every window of the input written out
as one column (`im2col`); its gradient adds columns back to where they came from (`col2im`). See
Chellapilla, Puri & Simard (2006), High performance convolutional neural networks for document
processing. `looped` is the same in plain loops, which share nothing with it.
"""

# ruff: noqa: ARG002 - all layers share one signature
from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from harness.backends.numpy_backend.layer import Cache, Layer
from harness.types import Array

BLOCK_BYTES = 2 * 2**20
"""Columns written out at once: few enough to stay in the processor's cache."""


def im2col(x: Array, kernel: int, stride: int, padding: int) -> Array:
    """Write every window out as a column.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
    kernel, stride, padding : int
        Side of the square window, step between windows, zeros around the image.

    Returns
    -------
    ndarray, (N, C * kernel**2, H' * W')
        Windows in row-major order, ``H' = (H + 2 padding - kernel) // stride + 1``.
    """
    padded = _padded(x, padding)
    windows = sliding_window_view(padded, (kernel, kernel), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]  # (N, C, H', W', k, k)
    n, channels, rows, columns = windows.shape[:4]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, channels * kernel**2, rows * columns)


def col2im(
    cols: Array, shape: tuple[int, int, int, int], kernel: int, stride: int, padding: int
) -> Array:
    """Add columns up where `im2col` took them from; its transpose as a linear map.

    Parameters
    ----------
    cols : ndarray, (N, C * kernel**2, H' * W')
    shape : tuple of int
        (N, C, H, W) of the image.
    kernel, stride, padding : int
        As for `im2col`.

    Returns
    -------
    ndarray, (N, C, H, W)
    """
    n, channels, height, width = shape
    rows, columns = (output_side(side, kernel, stride, padding) for side in (height, width))
    parts = cols.reshape(n, channels, kernel, kernel, rows, columns)
    padded = np.zeros((n, channels, height + 2 * padding, width + 2 * padding), dtype=cols.dtype)
    for i in range(kernel):
        for j in range(kernel):
            below, right = i + stride * rows, j + stride * columns
            padded[:, :, i:below:stride, j:right:stride] += parts[:, :, i, j]
    return padded[:, :, padding : padding + height, padding : padding + width]


def output_side(side: int, kernel: int, stride: int, padding: int) -> int:
    """Return how many windows fit along a side; what is left over is not seen, as in torch."""
    return (side + 2 * padding - kernel) // stride + 1


def _padded(x: Array, padding: int) -> Array:
    if not padding:
        return x
    edge = (padding, padding)
    return np.pad(x, ((0, 0), (0, 0), edge, edge))


class Conv2d(Layer):
    """(N, C, H, W) -> (N, F, H', W'): the filters (F, C, k, k) laid over every window.

    Columns are written out in blocks of a few images, once per pass, and not kept: copying them
    inside the processor's cache is cheaper than fetching them from memory.
    """

    def __init__(self, params: Mapping[str, Array], stride: int, padding: int) -> None:
        super().__init__(params)
        self._stride, self._padding = stride, padding

    @property
    def _kernel(self) -> int:
        return int(self.params["weight"].shape[-1])

    @property
    def _filters(self) -> Array:
        """The filters as rows, (F, C * k**2)."""
        weight = self.params["weight"]
        return weight.reshape(len(weight), -1)

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the responses (N, F, H', W') to `x` (N, C, H, W); keep x."""
        sides = [output_side(s, self._kernel, self._stride, self._padding) for s in x.shape[2:]]
        out = np.empty((len(x), len(self._filters), sides[0] * sides[1]), dtype=x.dtype)
        for some in self._blocks(x, sides[0] * sides[1]):
            np.matmul(self._filters, self._columns(x[some]), out=out[some])
        if "bias" in self.params:
            out += self.params["bias"][:, None]
        return out.reshape(len(x), -1, *sides), x

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return d loss / d x (N, C, H, W), for `grad` (N, F, H', W').

        To every pixel each window it lies in adds a filter's weight times the window's gradient.
        """
        grad = _as_columns(grad)
        out = np.empty(cache.shape, dtype=grad.dtype)
        for some in self._blocks(cache, grad.shape[2]):
            cols = self._filters.T @ grad[some]
            shape = (len(cols), *cache.shape[1:])
            out[some] = col2im(cols, shape, self._kernel, self._stride, self._padding)
        return out

    def gradients(self, grad: Array, cache: Cache) -> dict[str, Array]:
        """Return dW = sum over windows of grad * window (F, C, k, k), and db (F,)."""
        grad = _as_columns(grad)
        total = np.zeros_like(self._filters)
        for some in self._blocks(cache, grad.shape[2]):
            total += (grad[some] @ self._columns(cache[some]).transpose(0, 2, 1)).sum(axis=0)
        grads = {"weight": total.reshape(self.params["weight"].shape)}
        if "bias" in self.params:
            grads["bias"] = grad.sum(axis=(0, 2))
        return grads

    def _columns(self, x: Array) -> Array:
        return im2col(x, self._kernel, self._stride, self._padding)

    def _blocks(self, x: Array, windows: int) -> Iterator[slice]:
        one = self._filters.shape[1] * windows * x.itemsize
        size = max(1, BLOCK_BYTES // one)
        return (slice(start, start + size) for start in range(0, len(x), size))


def _as_columns(grad: Array) -> Array:
    """Return (N, F, H', W') as (N, F, H' * W')."""
    return grad.reshape(*grad.shape[:2], -1)


class MaxPool2d(Layer):
    """(N, C, H, W) -> (N, C, H // k, W // k): the maximum of every k x k window.

    The gradient goes to the first maximum in row-major order, as in torch. Rows and columns that
    fill no window are not seen.
    """

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self._kernel = kernel

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the maxima (N, C, H // k, W // k); keep where in its window each one lies."""
        best = self._seen(x, 0).copy()
        place = np.zeros(best.shape, dtype=np.intp if self._kernel > 15 else np.uint8)
        for position in range(1, self._kernel**2):
            rival = self._seen(x, position)
            np.copyto(place, position, where=rival > best)
            np.maximum(best, rival, out=best)  # nan stays nan
        return best, (x.shape, place)

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return d loss / d x (N, C, H, W): `grad` at the maxima, 0 elsewhere."""
        shape, place = cache
        out = np.zeros(shape, dtype=grad.dtype)
        for position in range(self._kernel**2):
            np.copyto(self._seen(out, position), grad, where=place == position)
        return out

    def _seen(self, x: Array, position: int) -> Array:
        """Return the view of all windows' elements at a row-major position, (N, C, H', W')."""
        k = self._kernel
        rows, columns = x.shape[2] // k * k, x.shape[3] // k * k
        return x[:, :, position // k : rows : k, position % k : columns : k]


Window = tuple[int, int, slice, slice]


def looped(x: Array, weight: Array, bias: Array, stride: int, padding: int) -> Array:
    """Return the responses of the filters, one window at a time: the definition written out.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
    weight : ndarray, (F, C, k, k)
        Not flipped, as in torch (a cross-correlation).
    bias : ndarray, (F,)
    stride, padding : int

    Returns
    -------
    ndarray, (N, F, H', W')
        ``H' = (H + 2 padding - k) // stride + 1``.
    """
    padded, windows = _edged(x, padding), _windows(x, weight.shape[-1], stride, padding)
    height, width = (last + 1 for last in windows[-1][:2])
    out = np.empty((len(x), len(weight), height, width), dtype=x.dtype)
    for n in range(len(x)):
        for f in range(len(weight)):
            for i, j, rows, columns in windows:
                out[n, f, i, j] = np.sum(padded[n, :, rows, columns] * weight[f]) + bias[f]
    return out


def looped_backward(
    grad: Array, x: Array, weight: Array, stride: int, padding: int
) -> tuple[Array, Array, Array]:
    """Return the gradients of `looped`.

    Parameters
    ----------
    grad : ndarray, (N, F, H', W')
        d loss / d output.
    x, weight, stride, padding
        As for `looped`.

    Returns
    -------
    tuple of ndarray
        d loss / d x (N, C, H, W), d loss / d weight (F, C, k, k), d loss / d bias (F,).
    """
    padded, windows = _edged(x, padding), _windows(x, weight.shape[-1], stride, padding)
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    for n in range(len(x)):
        for f in range(len(weight)):
            for i, j, rows, columns in windows:
                grad_weight[f] += grad[n, f, i, j] * padded[n, :, rows, columns]
                grad_padded[n, :, rows, columns] += grad[n, f, i, j] * weight[f]
    height, width = x.shape[2:]
    inside = (slice(padding, padding + height), slice(padding, padding + width))
    return grad_padded[:, :, *inside], grad_weight, grad.sum(axis=(0, 2, 3))


def _windows(x: Array, kernel: int, stride: int, padding: int) -> list[Window]:
    """Return (row, column of the output, rows, columns of the padded input) of every window."""
    starts = [range(0, side + 2 * padding - kernel + 1, stride) for side in x.shape[2:]]
    return [
        (i, j, slice(row, row + kernel), slice(column, column + kernel))
        for i, row in enumerate(starts[0])
        for j, column in enumerate(starts[1])
    ]


def _edged(x: Array, padding: int) -> Array:
    edge = (padding, padding)
    return np.pad(x, ((0, 0), (0, 0), edge, edge))
