"""Kernel ``recurrent``: a recurrent loop over time, with time or the batch in front.

``h = tanh(x_t @ W.T + h @ U.T)`` from h = 0. ``sequence_first`` keeps its inputs as (L, N, D), so
that a time step is one block of memory, ``batch_first`` as (N, L, D).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup, Variant
from harness.types import Array


class Params(Table):
    """`n` sequences of `length` steps of `d` features, `hidden_units` states."""

    n: PositiveInt = 64
    length: PositiveInt = 100
    d: PositiveInt = 128
    hidden_units: PositiveInt = 128
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
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


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
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


_VARIANTS: Mapping[str, Variant] = {
    layout: _loop(layout) for layout in ("sequence_first", "batch_first")
}
KERNEL = Kernel(
    name="recurrent",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"numpy": _VARIANTS, "torch": _VARIANTS},
)
