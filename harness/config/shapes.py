"""From a ``[model]`` table and an input shape to layers and parameter shapes, without a backend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.config.model import (
    GELU,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Model,
    ReLU,
    Sigmoid,
    Tanh,
)
from harness.errors import DataUnfit
from harness.words import plural

Shape = tuple[int, ...]
_ACTIVATIONS: Mapping[str, type[ReLU | Sigmoid | Tanh | LeakyReLU | GELU]] = {
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "leaky_relu": LeakyReLU,
    "gelu": GELU,
}


class ShapeError(DataUnfit):
    """A layer does not fit the shape that reaches it; `layer` is its position."""

    def __init__(self, layer: int, message: str) -> None:
        self.layer = layer
        super().__init__(message)


@dataclass(frozen=True)
class Placed:
    """A layer where it stands: `params` maps ``weight``/``bias`` to shapes.

    Parameter names follow ``torch.nn.Sequential``: ``f"{index}.weight"``.
    """

    index: int
    layer: Layer
    shape_in: Shape
    shape_out: Shape
    params: Mapping[str, Shape]


def layers_of(model: Model, outputs: int) -> tuple[Layer, ...]:
    """Return the explicit layers of `model`, writing out the `hidden` shorthand."""
    if model.layers is not None:
        return model.layers
    activation = _ACTIVATIONS.get(model.activation)  # none between the layers for identity
    after: list[Layer] = [activation()] if activation else []
    after += [Dropout(rate=model.dropout)] if model.dropout else []
    layers: list[Layer] = [Flatten()]
    for width in model.hidden or ():
        layers += [Linear(out=width, bias=model.biases), *after]
    return (*layers, Linear(out=outputs, bias=model.biases))


def place(model: Model, shape: Shape, outputs: int) -> tuple[Placed, ...]:
    """Lay the layers of `model` out over inputs of `shape` (without the batch dimension).

    Raises
    ------
    ShapeError
        If a linear layer meets an input that is not flat, a convolution or pooling one that is
        not (channels, height, width) or smaller than its kernel, or the last shape is not
        ``(outputs,)``.
    """
    placed = lay(layers_of(model, outputs), shape)
    shape = placed[-1].shape_out if placed else shape
    if shape != (outputs,):
        raise ShapeError(
            len(placed) - 1,
            f"the model must end in {plural(outputs, 'output')} for this data set, "
            f"got shape {shape} instead; set the last linear layer's out = {outputs}",
        )
    return placed


def lay(layers: Sequence[Layer], shape: Shape) -> tuple[Placed, ...]:
    """Lay layers out over inputs of `shape`, whatever comes out at the end.

    Raises
    ------
    ShapeError
        If a layer does not fit its input.
    """
    placed: list[Placed] = []
    for index, layer in enumerate(layers):
        step = _place_one(index, layer, shape)
        placed.append(step)
        shape = step.shape_out
    return tuple(placed)


def _place_one(index: int, layer: Layer, shape: Shape) -> Placed:
    if isinstance(layer, Flatten):
        return Placed(index, layer, shape, (math.prod(shape),), {})
    if isinstance(layer, Linear):
        return _place_linear(index, layer, shape)
    if isinstance(layer, BatchNorm | LayerNorm):
        return _place_normalization(index, layer, shape)
    if isinstance(layer, Conv2d):
        return _place_conv2d(index, layer, shape)
    if isinstance(layer, MaxPool2d):
        return _place_max_pool2d(index, layer, shape)
    return Placed(index, layer, shape, shape, {})


def _place_linear(index: int, layer: Linear, shape: Shape) -> Placed:
    if len(shape) != 1:
        raise ShapeError(
            index,
            f"a linear layer must get flat input (features,), got {shape} instead; "
            'put { type = "flatten" } before it',
        )
    params: dict[str, Shape] = {"weight": (layer.out, shape[0])}
    if layer.bias:
        params["bias"] = (layer.out,)
    return Placed(index, layer, shape, (layer.out,), params)


def _place_normalization(index: int, layer: BatchNorm | LayerNorm, shape: Shape) -> Placed:
    images = isinstance(layer, BatchNorm) and len(shape) == 3
    if len(shape) != 1 and not images:
        kind = type(layer).model_fields["type"].default
        other = " or images (channels, height, width)" if isinstance(layer, BatchNorm) else ""
        raise ShapeError(
            index,
            f"{kind} must get flat input (features,){other}, got {shape} instead; "
            'put { type = "flatten" } before it',
        )
    return Placed(index, layer, shape, shape, {"weight": shape[:1], "bias": shape[:1]})


def _place_conv2d(index: int, layer: Conv2d, shape: Shape) -> Placed:
    rows, columns = _windows(index, "convolution", layer.kernel, layer.stride, layer.padding, shape)
    params: dict[str, Shape] = {"weight": (layer.out, shape[0], layer.kernel, layer.kernel)}
    if layer.bias:
        params["bias"] = (layer.out,)
    return Placed(index, layer, shape, (layer.out, rows, columns), params)


def _place_max_pool2d(index: int, layer: MaxPool2d, shape: Shape) -> Placed:
    rows, columns = _windows(index, "pooling layer", layer.kernel, layer.kernel, 0, shape)
    return Placed(index, layer, shape, (shape[0], rows, columns), {})


def _windows(
    index: int, name: str, kernel: int, stride: int, padding: int, shape: Shape
) -> tuple[int, int]:
    """Return how many windows fit into images of `shape`, by rows and columns."""
    if len(shape) != 3:
        raise ShapeError(
            index,
            f"a {name} must get images (channels, height, width), got {shape} instead; "
            "put it before any flatten or linear layer",
        )
    height, width = (side + 2 * padding for side in shape[1:])
    if kernel > min(height, width):
        raise ShapeError(
            index,
            f"the kernel of a {name} must be at most as large as its padded input, "
            f"{height} x {width}, got {kernel}; make it smaller",
        )
    # Rows and columns that fill no whole window are left out, as in torch.
    return (height - kernel) // stride + 1, (width - kernel) // stride + 1


def parameter_count(placed: Sequence[Placed]) -> int:
    """Return the number of trainable scalars."""
    return sum(math.prod(shape) for step in placed for shape in step.params.values())
