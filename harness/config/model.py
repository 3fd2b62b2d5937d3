"""The ``[model]`` table: the layers of every backend, how they start, what shapes they make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from harness.config.layers import (
    LAYERS,
    AnyLayer,
    Dropout,
    Flatten,
    Layer,
    Linear,
    Shape,
    ShapeMismatch,
)
from harness.config.table import Count, Table
from harness.errors import DataUnfit
from harness.words import plural


class Init(Table):
    """How parameters are drawn, once, in NumPy, for every backend.

    ``default`` is PyTorch's: uniform on +-1/sqrt(fan_in) for weights and biases.
    ``normal`` is N(0, std), ``xavier`` N(0, 2/(fan_in+fan_out)), ``kaiming`` N(0, 2/fan_in),
    ``lecun`` N(0, 1/fan_in), ``uniform`` U(0, 1), ``zeros`` zero, ``constant`` all `std`. Biases
    follow `bias`: ``default``, ``zeros``, ``normal`` with `bias_std`, or ``constant`` (all
    `bias_std`). Weights of normalisation layers start at 1, their biases at 0, whatever `init`.
    `name` is what an axis of such tables calls one.
    """

    name: str = ""
    scheme: Literal[
        "default", "normal", "xavier", "kaiming", "lecun", "uniform", "zeros", "constant"
    ] = "default"
    std: float = 0.01
    bias: Literal["default", "zeros", "normal", "constant"] = "default"
    bias_std: float = 1.0


class Model(Table):
    """Either `layers`, or `hidden` widths of a plain network (``[]`` for a linear model).

    With `hidden`, the layers are flatten, then linear and `activation` per width, then a linear
    layer to one output per class (one output for regression). ``identity`` stacks the linear
    layers with nothing between them; `dropout` is the rate of a dropout layer after every
    activation, 0 for none; `biases` says whether the linear layers have any.
    """

    layers: tuple[AnyLayer, ...] | None = None
    hidden: tuple[Count, ...] | None = None
    activation: Literal["relu", "sigmoid", "tanh", "leaky_relu", "gelu", "identity"] = "relu"
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    biases: bool = True
    init: Init = Init()


class ShapeError(DataUnfit):
    """A layer does not fit the shape that reaches it; `layer` is its position."""

    def __init__(self, layer: int, message: str) -> None:
        self.layer = layer
        super().__init__(message)


@dataclass(frozen=True)
class PlacedLayer:
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
    activation = LAYERS.get(model.activation)  # nothing between the layers for identity
    after: list[Layer] = [activation()] if activation else []
    after += [Dropout(rate=model.dropout)] if model.dropout else []
    layers: list[Layer] = [Flatten()]
    for width in model.hidden or ():
        layers += [Linear(out=width, bias=model.biases), *after]
    return (*layers, Linear(out=outputs, bias=model.biases))


def place(model: Model, shape: Shape, outputs: int) -> tuple[PlacedLayer, ...]:
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


def lay(layers: Sequence[Layer], shape: Shape) -> tuple[PlacedLayer, ...]:
    """Lay layers out over inputs of `shape`, whatever comes out at the end.

    Raises
    ------
    ShapeError
        If a layer does not fit its input.
    """
    placed: list[PlacedLayer] = []
    for index, layer in enumerate(layers):
        try:
            out = layer.shape_out(shape)
        except ShapeMismatch as mismatch:
            raise ShapeError(index, str(mismatch)) from None
        placed.append(PlacedLayer(index, layer, shape, out, layer.parameters(shape)))
        shape = out
    return tuple(placed)


def parameter_count(placed: Sequence[PlacedLayer]) -> int:
    """Return the number of trainable scalars."""
    return sum(math.prod(shape) for step in placed for shape in step.params.values())
