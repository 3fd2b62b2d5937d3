"""The ``[model]`` table: one list of layers for every backend, and how they start."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.config.layers import AnyLayer
from harness.config.table import Count, Table


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
