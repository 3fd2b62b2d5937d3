"""The ``[model]`` table: one list of layers for every backend.

A new layer kind is one class here, one entry in `LAYERS`, and one function per backend.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from harness.config.table import Amount, Count, Table


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
    out: Count
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


class GELU(_Kind):
    """x * Phi(x), Phi the normal distribution function (exact, not the tanh form)."""

    type: Literal["gelu"] = "gelu"


class Softmax(_Kind):
    """(N, C) -> (N, C): probabilities over the last axis."""

    type: Literal["softmax"] = "softmax"


class LogSoftmax(_Kind):
    """(N, C) -> (N, C): logarithms of the probabilities, for loss ``nll``."""

    type: Literal["log_softmax"] = "log_softmax"


class Conv2d(_Kind):
    """(N, C, H, W) -> (N, out, H', W'): square kernels, H' = (H + 2 padding - kernel)/stride + 1.

    W has shape (out, C, kernel, kernel); no kernel flip, as in torch.
    """

    type: Literal["conv2d"] = "conv2d"
    out: Count
    kernel: Count
    stride: Count = 1
    padding: Amount = 0
    bias: bool = True


class MaxPool2d(_Kind):
    """(N, C, H, W) -> (N, C, H', W'): the maximum of every window; stride is the kernel's side."""

    type: Literal["max_pool2d"] = "max_pool2d"
    kernel: Count = 2


class BatchNorm(_Kind):
    """Normalise every feature (N, F), or channel (N, C, H, W), over the batch.

    Evaluation uses running statistics, ``(1 - momentum) * old + momentum * batch``, with the
    unbiased variance, as torch has it.
    """

    type: Literal["batch_norm"] = "batch_norm"
    momentum: float = Field(default=0.1, gt=0.0, le=1.0)
    eps: float = Field(default=1e-5, gt=0.0)


class LayerNorm(_Kind):
    """Normalise every example (N, F) over its own features."""

    type: Literal["layer_norm"] = "layer_norm"
    eps: float = Field(default=1e-5, ge=0.0)


LAYERS: tuple[type[Table], ...] = (
    Flatten,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
    LeakyReLU,
    Dropout,
    GELU,
    Softmax,
    LogSoftmax,
    Conv2d,
    MaxPool2d,
    BatchNorm,
    LayerNorm,
)
Layer = Annotated[
    Flatten
    | Linear
    | ReLU
    | Sigmoid
    | Tanh
    | LeakyReLU
    | Dropout
    | GELU
    | Softmax
    | LogSoftmax
    | Conv2d
    | MaxPool2d
    | BatchNorm
    | LayerNorm,
    Field(discriminator="type"),
]


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

    layers: tuple[Layer, ...] | None = None
    hidden: tuple[Count, ...] | None = None
    activation: Literal["relu", "sigmoid", "tanh", "leaky_relu", "gelu", "identity"] = "relu"
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    biases: bool = True
    init: Init = Init()
