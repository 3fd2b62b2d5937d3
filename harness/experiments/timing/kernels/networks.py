"""Kernels of plain networks: a forward pass, a loop over time, gradients of a mean of batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup, Variant
from harness.types import Array


class Forward(Table):
    """`n` examples of `d` features, `depth` hidden layers as wide, `outputs` scores; float32."""

    n: PositiveInt = 128
    d: PositiveInt = 784
    depth: NonNegativeInt = 0
    outputs: PositiveInt = 10


def _network(params: Forward, rng: np.random.Generator) -> dict[str, Array]:
    widths = [params.d] * (params.depth + 1) + [params.outputs]
    draws = {"x": rng.standard_normal((params.n, params.d), np.float32)}
    for i, (fan_in, out) in enumerate(pairwise(widths)):
        weight = rng.standard_normal((out, fan_in), np.float32)
        draws[f"weight_{i}"] = weight / np.sqrt(np.float32(fan_in))
        draws[f"bias_{i}"] = rng.standard_normal(out, np.float32)
    return draws


def _pass(params: Forward, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    x = wide["x"]
    for i in range(params.depth + 1):
        x = np.einsum("ni,oi->no", x, wide[f"weight_{i}"], optimize=True) + wide[f"bias_{i}"]
        if i < params.depth:
            x = np.maximum(x, 0.0)
    return (x,)


def _under(mode: Callable[[], AbstractContextManager[Any]]) -> Variant:
    """Return the pass under a context that is entered anew each time, as evaluation loops do."""

    def variant(setup: Setup) -> Call:
        from torch.nn import functional

        here, depth = setup.handles(), setup.params.depth
        layers = [(here[f"weight_{i}"], here[f"bias_{i}"]) for i in range(depth + 1)]
        for parameter in (p for layer in layers for p in layer):
            parameter.requires_grad_()

        def call() -> tuple[Any, ...]:
            with mode():
                x = here["x"]
                for weight, bias in layers[:-1]:
                    x = functional.relu(functional.linear(x, weight, bias))
                return (functional.linear(x, *layers[-1]),)

        return call

    return variant


def _graph() -> AbstractContextManager[Any]:
    import torch

    return torch.enable_grad()


def _no_grad() -> AbstractContextManager[Any]:
    import torch

    return torch.no_grad()


FORWARD = Kernel(
    name="forward",
    does="the pass through a plain ReLU network, with and without autograd's graph",
    params=Forward,
    inputs=_network,
    reference=_pass,
    variants={"torch": {"graph": _under(_graph), "no_grad": _under(_no_grad)}},
)


class Recurrent(Table):
    """`n` sequences of `length` steps of `d` features, `hidden_units` states."""

    n: PositiveInt = 64
    length: PositiveInt = 100
    d: PositiveInt = 128
    hidden_units: PositiveInt = 128
    precision: Precision = "float32"


def _sequences(params: Recurrent, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal((params.length, params.n, params.d))
    into = rng.standard_normal((params.hidden_units, params.d)) / np.sqrt(params.d)
    back = rng.standard_normal((params.hidden_units, params.hidden_units))
    arrays = {
        "sequence_first": x,
        "batch_first": np.ascontiguousarray(x.swapaxes(0, 1)),
        "into": into,
        "back": back / (2 * np.sqrt(params.hidden_units)),
    }
    return {name: array.astype(params.precision) for name, array in arrays.items()}


def _last_states(params: Recurrent, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    h = np.zeros((params.n, params.hidden_units))
    for x in arrays["sequence_first"].astype(np.float64):
        h = np.tanh(np.einsum("nd,hd->nh", x, arrays["into"]) + h @ arrays["back"].T)
    return (h,)


def _loop(layout: str) -> Variant:
    def variant(setup: Setup) -> Call:
        here = setup.handles()
        x, into, back = here[layout], here["into"].T, here["back"].T
        tanh, start = _tanh(setup), setup.backend.put(_zeros(setup), setup.device)

        def call() -> tuple[Any, ...]:
            h = start
            for t in range(setup.params.length):
                step = x[t] if layout == "sequence_first" else x[:, t]
                h = tanh(step @ into + h @ back)
            return (h,)

        return call

    return variant


def _tanh(setup: Setup) -> Callable[[Any], Any]:
    if setup.backend.name == "numpy":
        return np.tanh
    import torch

    return torch.tanh


def _zeros(setup: Setup) -> Array:
    return np.zeros((setup.params.n, setup.params.hidden_units), setup.params.precision)


_LAYOUTS: Mapping[str, Variant] = {
    layout: _loop(layout) for layout in ("sequence_first", "batch_first")
}
RECURRENT = Kernel(
    name="recurrent",
    does="a recurrent loop over time, with time or the batch in front",
    params=Recurrent,
    inputs=_sequences,
    reference=_last_states,
    variants={"numpy": _LAYOUTS, "torch": _LAYOUTS},
)
"""``h = tanh(x_t @ W.T + h @ U.T)`` from h = 0. ``sequence_first`` keeps its inputs as (L, N, D),
so that a time step is one block of memory, ``batch_first`` as (N, L, D).
"""


class ScaledGradients(Table):
    """`n` examples of `d` features, `units` hidden units, `outputs`, and the divisor `parts`."""

    n: PositiveInt = 16
    d: PositiveInt = 784
    units: PositiveInt = 1024
    outputs: PositiveInt = 10
    parts: PositiveInt = 4
    precision: Precision = "float32"


def _two_layers(params: ScaledGradients, rng: np.random.Generator) -> dict[str, Array]:
    arrays = {
        "x": rng.standard_normal((params.n, params.d)),
        "y": rng.standard_normal((params.n, params.outputs)),
        "first": rng.standard_normal((params.units, params.d)) / np.sqrt(params.d),
        "second": rng.standard_normal((params.outputs, params.units)) / np.sqrt(params.units),
    }
    return {name: array.astype(params.precision) for name, array in arrays.items()}


def _gradients(params: ScaledGradients, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    x, y, first, second = (
        arrays[name].astype(np.float64) for name in ("x", "y", "first", "second")
    )
    hidden = np.maximum(x @ first.T, 0)
    delta = 2 * (hidden @ second.T - y) / (y.size * params.parts)
    return ((delta @ second) * (hidden > 0)).T @ x, delta.T @ hidden


def _divided(*, loss_first: bool) -> Variant:
    def variant(setup: Setup) -> Call:
        import torch

        here, parts = setup.handles(), setup.params.parts
        weights = [here["first"].requires_grad_(), here["second"].requires_grad_()]

        def call() -> tuple[Any, ...]:
            outputs = torch.relu(here["x"] @ weights[0].T) @ weights[1].T
            loss = (outputs - here["y"]).square().mean()
            if loss_first:
                return torch.autograd.grad(loss / parts, weights)
            found = torch.autograd.grad(loss, weights)
            for gradient in found:
                gradient /= parts
            return found

        return call

    return variant


SCALED_GRADIENTS = Kernel(
    name="scaled_gradients",
    does="a mean of batches by dividing the loss, or every gradient after",
    params=ScaledGradients,
    inputs=_two_layers,
    reference=_gradients,
    variants={
        "torch": {"loss": _divided(loss_first=True), "gradients": _divided(loss_first=False)}
    },
)
"""Forward and backward pass of linear, ReLU, linear with a squared error, with autograd; the
results are the gradients of both weights, divided by `parts`.
"""
