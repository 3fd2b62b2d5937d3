"""The layers a suite can name; each knows what it makes of the shape that reaches it.

A new layer is one class here and one entry of the table of each backend.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from harness.config.table import Amount, Count, Table

Shape = tuple[int, ...]
"""Of one example, without the batch."""


class ShapeMismatch(ValueError):
    """A layer cannot take the shape that reaches it; the text says what to do."""


class Layer(Table):
    """The base of every layer; by itself one that changes no shape and has no parameters.

    The ``type`` of a layer is always written out, though it never differs from its default.

    Attributes
    ----------
    drawn : bool
        Whether ``[model.init]`` draws its parameters; where not, weights start at 1, biases at 0.
    """

    drawn: ClassVar[bool] = True

    @model_serializer(mode="wrap")
    def _with_type(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"type": self.kind(), **handler(self)}

    @classmethod
    def kind(cls) -> str:
        """Return the ``type`` that a suite writes."""
        return str(cls.model_fields["type"].default)

    def shape_out(self, shape: Shape) -> Shape:
        """Return the shape of what leaves the layer when `shape` enters it.

        Raises
        ------
        ShapeMismatch
            If it takes no such shape.
        """
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:  # noqa: ARG002 - the base has none
        """Return the shapes of ``weight`` and ``bias``, as far as there are any."""
        return {}


def _weighted(weight: Shape, *, bias: bool) -> dict[str, Shape]:
    return {"weight": weight, **({"bias": weight[:1]} if bias else {})}


def _flat(shape: Shape, name: str, other: str = "") -> None:
    if len(shape) != 1:
        raise ShapeMismatch(
            f"{name} must get flat input (features,){other}, got {shape} instead; "
            'put { type = "flatten" } before it'
        )


def _windows(name: str, kernel: int, stride: int, padding: int, shape: Shape) -> tuple[int, int]:
    """Return how many windows fit into images of `shape`, by rows and columns."""
    if len(shape) != 3:
        raise ShapeMismatch(
            f"a {name} must get images (channels, height, width), got {shape} instead; "
            "put it before any flatten or linear layer"
        )
    height, width = (side + 2 * padding for side in shape[1:])
    if kernel > min(height, width):
        raise ShapeMismatch(
            f"the kernel of a {name} must be at most as large as its padded input, "
            f"{height} x {width}, got {kernel}; make it smaller"
        )
    # Rows and columns that fill no whole window are left out, as in torch.
    return (height - kernel) // stride + 1, (width - kernel) // stride + 1


class Flatten(Layer):
    """(N, ...) -> (N, features)."""

    type: Literal["flatten"] = "flatten"

    def shape_out(self, shape: Shape) -> Shape:
        """Return (features,)."""
        return (math.prod(shape),)


class Linear(Layer):
    """(N, in) -> (N, out): ``x @ W.T + b`` with W of shape (out, in)."""

    type: Literal["linear"] = "linear"
    out: Count
    bias: bool = True

    def shape_out(self, shape: Shape) -> Shape:
        """Return (out,) for (in,)."""
        _flat(shape, "a linear layer")
        return (self.out,)

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Return the weight (out, in) and the bias (out,)."""
        return _weighted((self.out, *shape), bias=self.bias)


class ReLU(Layer):
    """max(0, x)."""

    type: Literal["relu"] = "relu"


class Sigmoid(Layer):
    """1 / (1 + exp(-x))."""

    type: Literal["sigmoid"] = "sigmoid"


class Tanh(Layer):
    """tanh(x)."""

    type: Literal["tanh"] = "tanh"


class LeakyReLU(Layer):
    """x where positive, slope * x elsewhere."""

    type: Literal["leaky_relu"] = "leaky_relu"
    slope: float = 0.01


class Dropout(Layer):
    """Inverted dropout: zero with probability `rate` while training, scaled by 1/(1-rate)."""

    type: Literal["dropout"] = "dropout"
    rate: float = Field(default=0.5, ge=0.0, lt=1.0)


class GELU(Layer):
    """x * Phi(x), Phi the normal distribution function (exact, not the tanh form)."""

    type: Literal["gelu"] = "gelu"


class Softmax(Layer):
    """(N, C) -> (N, C): probabilities over the last axis."""

    type: Literal["softmax"] = "softmax"


class LogSoftmax(Layer):
    """(N, C) -> (N, C): logarithms of the probabilities, for loss ``nll``."""

    type: Literal["log_softmax"] = "log_softmax"


class Conv2d(Layer):
    """(N, C, H, W) -> (N, out, H', W'): square kernels, H' = (H + 2 padding - kernel)/stride + 1.

    W has shape (out, C, kernel, kernel); no kernel flip, as in torch.
    """

    type: Literal["conv2d"] = "conv2d"
    out: Count
    kernel: Count
    stride: Count = 1
    padding: Amount = 0
    bias: bool = True

    def shape_out(self, shape: Shape) -> Shape:
        """Return (out, H', W') for (C, H, W)."""
        return (
            self.out,
            *_windows("convolution", self.kernel, self.stride, self.padding, shape),
        )

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Return the weight (out, C, kernel, kernel) and the bias (out,)."""
        return _weighted((self.out, shape[0], self.kernel, self.kernel), bias=self.bias)


class MaxPool2d(Layer):
    """(N, C, H, W) -> (N, C, H', W'): the maximum of every window; stride is the kernel's side."""

    type: Literal["max_pool2d"] = "max_pool2d"
    kernel: Count = 2

    def shape_out(self, shape: Shape) -> Shape:
        """Return (C, H', W') for (C, H, W)."""
        return (shape[0], *_windows("pooling layer", self.kernel, self.kernel, 0, shape))


class BatchNorm(Layer):
    """Normalise every feature (N, F), or channel (N, C, H, W), over the batch.

    Evaluation uses running statistics, ``(1 - momentum) * old + momentum * batch``, with the
    unbiased variance, as torch has it.
    """

    type: Literal["batch_norm"] = "batch_norm"
    momentum: float = Field(default=0.1, gt=0.0, le=1.0)
    eps: float = Field(default=1e-5, gt=0.0)
    drawn: ClassVar[bool] = False

    def shape_out(self, shape: Shape) -> Shape:
        """Return `shape`: (F,) or (C, H, W)."""
        if len(shape) != 3:
            _flat(shape, self.kind(), " or images (channels, height, width)")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Return a weight and a bias per feature or channel."""
        return _weighted(shape[:1], bias=True)


class LayerNorm(Layer):
    """Normalise every example (N, F) over its own features."""

    type: Literal["layer_norm"] = "layer_norm"
    eps: float = Field(default=1e-5, ge=0.0)
    drawn: ClassVar[bool] = False

    def shape_out(self, shape: Shape) -> Shape:
        """Return `shape`, (F,)."""
        _flat(shape, self.kind())
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Return a weight and a bias per feature."""
        return _weighted(shape, bias=True)


LAYERS: Mapping[str, type[Layer]] = {layer.kind(): layer for layer in Layer.__subclasses__()}
"""Every class above by its ``type``, in order."""

if TYPE_CHECKING:
    AnyLayer = Layer
else:  # pydantic finds the class by its type; no static union could be made of a table
    AnyLayer = Annotated[reduce(or_, LAYERS.values()), Field(discriminator="type")]
