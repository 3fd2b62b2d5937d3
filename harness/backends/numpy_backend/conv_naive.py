"""Convolution as plain loops, one window at a time.

Nothing here is fast and nothing is meant to be: the loops are the definition written out, which
`harness.backends.numpy_backend.conv` is tested against and timed against.
"""

from __future__ import annotations

import numpy as np

from harness.types import Array

Window = tuple[int, int, slice, slice]


def conv2d(x: Array, weight: Array, bias: Array, stride: int, padding: int) -> Array:
    """Return the responses of the filters.

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
    padded, windows = _padded(x, padding), _windows(x, weight.shape[-1], stride, padding)
    out = np.empty((len(x), len(weight), *_sides(windows)), dtype=x.dtype)
    for n in range(len(x)):
        for f in range(len(weight)):
            for i, j, rows, columns in windows:
                out[n, f, i, j] = np.sum(padded[n, :, rows, columns] * weight[f]) + bias[f]
    return out


def conv2d_backward(
    grad: Array, x: Array, weight: Array, stride: int, padding: int
) -> tuple[Array, Array, Array]:
    """Return the gradients of `conv2d`.

    Parameters
    ----------
    grad : ndarray, (N, F, H', W')
        d loss / d output.
    x, weight, stride, padding
        As for `conv2d`.

    Returns
    -------
    tuple of ndarray
        d loss / d x (N, C, H, W), d loss / d weight (F, C, k, k), d loss / d bias (F,).
    """
    padded, windows = _padded(x, padding), _windows(x, weight.shape[-1], stride, padding)
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


def _sides(windows: list[Window]) -> tuple[int, int]:
    """Return the rows and columns of the output, which the last window closes."""
    row, column, *_ = windows[-1]
    return row + 1, column + 1


def _padded(x: Array, padding: int) -> Array:
    edge = (padding, padding)
    return np.pad(x, ((0, 0), (0, 0), edge, edge))
