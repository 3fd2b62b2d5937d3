"""The ``[model]`` table: one list of layers for every backend.

A new layer kind is one class here, one entry in `LAYERS`, and one function per backend.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, SerializerFunctionWrapHandler, model_serializer

from harness.config.base import Table


class _Kind(Table):
    """A layer; its ``type`` is always written out, though it never differs from its default."""

    @model_serializer(mode="wrap")
    def _with_type(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"type": type(self).model_fields["type"].default, **handler(self)}


class Flatten(_Kind):
    """(N, ...) -> (N, features)."""

    type: Literal["flatten"] = "flatten"


class Linear(_Kind):
    """(N, in) -> (N, out): ``x @ W.T + b`` with W of shape (out, in)."""

    type: Literal["linear"] = "linear"
    out: PositiveInt
    bias: bool = True


class ReLU(_Kind):
    """max(0, x)."""

    type: Literal["relu"] = "relu"


class Sigmoid(_Kind):
    """1 / (1 + exp(-x))."""

    type: Literal["sigmoid"] = "sigmoid"


class Tanh(_Kind):
    """tanh(x)."""

    type: Literal["tanh"] = "tanh"


class LeakyReLU(_Kind):
    """x where positive, slope * x elsewhere."""

    type: Literal["leaky_relu"] = "leaky_relu"
    slope: float = 0.01


class Dropout(_Kind):
    """Inverted dropout: zero with probability `rate` while training, scaled by 1/(1-rate)."""

    type: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.5, ge=0.0, lt=1.0)


LAYERS: tuple[type[Table], ...] = (Flatten, Linear, ReLU, Sigmoid, Tanh, LeakyReLU, Dropout)
Layer = Annotated[
    Flatten | Linear | ReLU | Sigmoid | Tanh | LeakyReLU | Dropout,
    Field(discriminator="type"),
]


class Init(Table):
    """How parameters are drawn, once, in NumPy, for every backend.

    ``default`` is PyTorch's: uniform on +-1/sqrt(fan_in) for weights and biases.
    ``normal`` is N(0, std), ``xavier`` N(0, 2/(fan_in+fan_out)), ``kaiming`` N(0, 2/fan_in),
    ``zeros`` zero. Biases follow `bias`: ``default``, ``zeros``, or ``normal`` with `bias_std`.
    """

    scheme: Literal["default", "normal", "xavier", "kaiming", "zeros"] = "default"
    std: float = 0.01
    bias: Literal["default", "zeros", "normal"] = "default"
    bias_std: float = 1.0


class Model(Table):
    """Either `layers`, or `hidden` widths of a plain network (``[]`` for a linear model).

    With `hidden`, the layers are flatten, then linear and `activation` per width, then a linear
    layer to one output per class (one output for regression).
    """

    layers: tuple[Layer, ...] | None = None
    hidden: tuple[PositiveInt, ...] | None = None
    activation: Literal["relu", "sigmoid", "tanh", "leaky_relu"] = "relu"
    init: Init = Init()
