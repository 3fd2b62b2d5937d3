"""From a ``[model]`` table and an input shape to layers and parameter shapes, without a backend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.config.layers import LAYERS, Dropout, Flatten, Layer, Linear, Shape, ShapeMismatch
from harness.config.model import Model
from harness.errors import DataUnfit
from harness.words import plural


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
