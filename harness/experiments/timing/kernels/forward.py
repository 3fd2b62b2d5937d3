"""Kernel ``forward``: the pass through a plain ReLU network, with and without autograd's graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Setup, Variant
from harness.types import Array


class Params(Table):
    """`n` examples of `d` features, `depth` hidden layers as wide, `outputs` scores; float32."""

    n: PositiveInt = 128
    d: PositiveInt = 784
    depth: NonNegativeInt = 0
    outputs: PositiveInt = 10


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    widths = [params.d] * (params.depth + 1) + [params.outputs]
    draws = {"x": rng.standard_normal((params.n, params.d), np.float32)}
    for i, (fan_in, out) in enumerate(pairwise(widths)):
        weight = rng.standard_normal((out, fan_in), np.float32)
        draws[f"weight_{i}"] = weight / np.sqrt(np.float32(fan_in))
        draws[f"bias_{i}"] = rng.standard_normal(out, np.float32)
    return draws


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
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


KERNEL = Kernel(
    name="forward",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"torch": {"graph": _under(_graph), "no_grad": _under(_no_grad)}},
)
