"""From a ``[model]`` table and an input shape to layers and parameter shapes, without a backend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.config.model import GELU, Flatten, Layer, LeakyReLU, Linear, Model, ReLU, Sigmoid, Tanh
from harness.words import plural

Shape = tuple[int, ...]
_ACTIVATIONS: Mapping[str, type[ReLU | Sigmoid | Tanh | LeakyReLU | GELU]] = {
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "leaky_relu": LeakyReLU,
    "gelu": GELU,
}


class ShapeError(ValueError):
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
    layers: list[Layer] = [Flatten()]
    for width in model.hidden or ():
        layers += [Linear(out=width), *([activation()] if activation else [])]
    return (*layers, Linear(out=outputs))


def place(model: Model, shape: Shape, outputs: int) -> tuple[Placed, ...]:
    """Lay the layers of `model` out over inputs of `shape` (without the batch dimension).

    Raises
    ------
    ShapeError
        If a linear layer meets an input that is not flat, or the last shape is not
        ``(outputs,)``.
    """
    placed: list[Placed] = []
    for index, layer in enumerate(layers_of(model, outputs)):
        step = _place_one(index, layer, shape)
        placed.append(step)
        shape = step.shape_out
    if shape != (outputs,):
        raise ShapeError(
            len(placed) - 1,
            f"the model must end in {plural(outputs, 'output')} for this data set, "
            f"got shape {shape} instead; set the last linear layer's out = {outputs}",
        )
    return tuple(placed)


def _place_one(index: int, layer: Layer, shape: Shape) -> Placed:
    if isinstance(layer, Flatten):
        return Placed(index, layer, shape, (math.prod(shape),), {})
    if isinstance(layer, Linear):
        return _place_linear(index, layer, shape)
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


def parameter_count(placed: Sequence[Placed]) -> int:
    """Return the number of trainable scalars."""
    return sum(math.prod(shape) for step in placed for shape in step.params.values())
