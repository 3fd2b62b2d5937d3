"""Kernels ``conv2d_forward`` and ``conv2d_backward``: loops, columns, or the library's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field, PositiveInt

from harness.backends.numpy_backend.conv import Conv2d, looped, looped_backward, output_side
from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Params(Table):
    """`n` images (`channels`, `side`, `side`) under `filters` filters of `window` by `window`."""

    n: PositiveInt = 50
    channels: PositiveInt = 3
    side: PositiveInt = 32
    filters: PositiveInt = 32
    window: PositiveInt = 7
    stride: PositiveInt = 1
    pad: int = Field(default=3, ge=0)
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    out = output_side(params.side, params.window, params.stride, params.pad)
    shapes = {
        "x": (params.n, params.channels, params.side, params.side),
        "weight": (params.filters, params.channels, params.window, params.window),
        "bias": (params.filters,),
        "grad": (params.n, params.filters, out, out),
    }
    return {name: rng.standard_normal(s).astype(params.precision) for name, s in shapes.items()}


def _double(arrays: Mapping[str, Array]) -> list[Array]:
    return [arrays[name].astype(np.float64) for name in ("x", "weight", "bias", "grad")]


def _windows(x: Array, params: Params) -> Array:
    """Return every window of the padded images as a view, (N, C, H', W', k, k)."""
    edge = (params.pad, params.pad)
    padded = np.pad(x, ((0, 0), (0, 0), edge, edge))
    windows = sliding_window_view(padded, (params.window, params.window), axis=(2, 3))
    return windows[:, :, :: params.stride, :: params.stride]


def _forward_reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    x, weight, bias, _ = _double(arrays)
    products = np.tensordot(_windows(x, params), weight, axes=([1, 4, 5], [1, 2, 3]))
    return (products.transpose(0, 3, 1, 2) + bias[:, None, None],)


def _backward_reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    x, weight, _, grad = _double(arrays)
    grad_weight = np.tensordot(grad, _windows(x, params), axes=([0, 2, 3], [0, 2, 3]))
    # Padding with the gradient spread out by the stride turns it into a forward pass with the
    # filters flipped and the roles of channels exchanged.
    spread = _spread(grad, params)
    full = sliding_window_view(spread, (params.window, params.window), axis=(2, 3))
    flipped = weight[:, :, ::-1, ::-1]
    grad_x = np.tensordot(full, flipped, axes=([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
    inside = slice(params.pad, params.pad + params.side)
    return grad_x[:, :, inside, inside], grad_weight, grad.sum(axis=(0, 2, 3))


def _spread(grad: Array, params: Params) -> Array:
    """Return `grad` with zeros between its elements and ``window - 1`` around the padded image."""
    side = params.side + 2 * params.pad + params.window - 1
    out = np.zeros((*grad.shape[:2], side, side))
    first, last = params.window - 1, params.window - 1 + params.stride * grad.shape[2]
    out[:, :, first : last : params.stride, first : last : params.stride] = grad
    return out


def _layer(setup: Setup) -> Conv2d:
    params = {name: setup.arrays[name] for name in ("weight", "bias")}
    return Conv2d(params, setup.params.stride, setup.params.pad)


def _forward_columns(setup: Setup) -> Call:
    layer, x = _layer(setup), setup.arrays["x"]
    return lambda: (layer.forward(x, training=False)[0],)


def _forward_naive(setup: Setup) -> Call:
    x, weight, bias = (setup.arrays[name] for name in ("x", "weight", "bias"))
    stride, padding = setup.params.stride, setup.params.pad
    return lambda: (looped(x, weight, bias, stride, padding),)


def _forward_native(setup: Setup) -> Call:
    from torch.nn import functional

    here, params = setup.handles(), setup.params
    x, weight, bias = here["x"], here["weight"], here["bias"]
    return lambda: (functional.conv2d(x, weight, bias, params.stride, params.pad),)


def _backward_columns(setup: Setup) -> Call:
    layer, x, grad = _layer(setup), setup.arrays["x"], setup.arrays["grad"]

    def backward() -> tuple[Array, ...]:
        grads = layer.gradients(grad, x)
        return layer.backward(grad, x), grads["weight"], grads["bias"]

    return backward


def _backward_naive(setup: Setup) -> Call:
    x, weight, grad = (setup.arrays[name] for name in ("x", "weight", "grad"))
    stride, padding = setup.params.stride, setup.params.pad
    return lambda: looped_backward(grad, x, weight, stride, padding)


def _backward_native(setup: Setup) -> Call:
    import torch

    here, params = setup.handles(), setup.params
    sides, zeros = [params.stride] * 2, [0, 0]
    # The operation that autograd calls; autograd itself would time a forward pass as well.
    return lambda: torch.ops.aten.convolution_backward(
        here["grad"],
        here["x"],
        here["weight"],
        [params.filters],
        sides,
        [params.pad] * 2,
        [1, 1],
        False,
        zeros,
        1,
        [True, True, True],
    )


FORWARD = Kernel(
    name="conv2d_forward",
    does="loops, columns, or the library's own",
    params=Params,
    inputs=_inputs,
    reference=_forward_reference,
    variants={
        "numpy": {"naive": _forward_naive, "im2col": _forward_columns},
        "torch": {"native": _forward_native},
    },
)
BACKWARD = Kernel(
    name="conv2d_backward",
    does="loops, columns, or the library's own",
    params=Params,
    inputs=_inputs,
    reference=_backward_reference,
    variants={
        "numpy": {"naive": _backward_naive, "im2col": _backward_columns},
        "torch": {"native": _backward_native},
    },
)
