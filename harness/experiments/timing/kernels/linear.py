"""Kernel ``linear``: ``x @ W.T + b`` in one product, or one example at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Params(Table):
    """`n` examples of `d` features to `outputs` scores."""

    n: PositiveInt = 128
    d: PositiveInt = 784
    outputs: PositiveInt = 10
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    shapes = {
        "x": (params.n, params.d),
        "weight": (params.outputs, params.d),
        "bias": (params.outputs,),
    }
    return {name: rng.standard_normal(s).astype(params.precision) for name, s in shapes.items()}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:  # noqa: ARG001
    x, weight, bias = (arrays[name].astype(np.float64) for name in ("x", "weight", "bias"))
    return (np.einsum("nd,od->no", x, weight) + bias,)


def _operators(setup: Setup) -> Call:
    here = setup.handles()
    x, weight, bias = here["x"], here["weight"], here["bias"]
    return lambda: (x @ weight.T + bias,)


def _functional(setup: Setup) -> Call:
    from torch.nn import functional

    here = setup.handles()
    x, weight, bias = here["x"], here["weight"], here["bias"]
    return lambda: (functional.linear(x, weight, bias),)


def _numpy_rows(setup: Setup) -> Call:
    x, weight, bias = (setup.arrays[name] for name in ("x", "weight", "bias"))
    return lambda: (np.stack([weight @ row + bias for row in x]),)


def _torch_rows(setup: Setup) -> Call:
    import torch

    here = setup.handles()
    x, weight, bias = here["x"], here["weight"], here["bias"]
    return lambda: (torch.stack([weight @ row + bias for row in x]),)


KERNEL = Kernel(
    name="linear",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={
        "numpy": {"operators": _operators, "rows": _numpy_rows},
        "torch": {"functional": _functional, "operators": _operators, "rows": _torch_rows},
    },
)
