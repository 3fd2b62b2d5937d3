"""Kernel ``scaled_gradients``: a mean of batches by dividing the loss, or every gradient after.

Forward and backward pass of linear, ReLU, linear with a squared error, with autograd; the results
are the gradients of both weights, divided by `parts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup, Variant
from harness.types import Array


class Params(Table):
    """`n` examples of `d` features, `units` hidden units, `outputs`, and the divisor `parts`."""

    n: PositiveInt = 16
    d: PositiveInt = 784
    units: PositiveInt = 1024
    outputs: PositiveInt = 10
    parts: PositiveInt = 4
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    arrays = {
        "x": rng.standard_normal((params.n, params.d)),
        "y": rng.standard_normal((params.n, params.outputs)),
        "first": rng.standard_normal((params.units, params.d)) / np.sqrt(params.d),
        "second": rng.standard_normal((params.outputs, params.units)) / np.sqrt(params.units),
    }
    return {name: array.astype(params.precision) for name, array in arrays.items()}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
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


KERNEL = Kernel(
    name="scaled_gradients",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={
        "torch": {"loss": _divided(loss_first=True), "gradients": _divided(loss_first=False)}
    },
)
