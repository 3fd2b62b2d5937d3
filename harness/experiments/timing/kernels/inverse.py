"""Kernel ``inverse``: the inverse of a well-conditioned square matrix, as ``X.T @ X`` may be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Params(Table):
    """A symmetric positive definite matrix of `n` rows and columns."""

    n: PositiveInt = 512
    precision: Precision = "float64"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal((2 * params.n, params.n))
    matrix = x.T @ x / len(x) + np.eye(params.n)
    return {"matrix": matrix.astype(params.precision)}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    matrix = arrays["matrix"].astype(np.float64)
    return (np.linalg.solve(matrix, np.eye(params.n)),)


def _numpy(setup: Setup) -> Call:
    matrix = setup.arrays["matrix"]
    return lambda: (np.linalg.inv(matrix),)


def _torch(setup: Setup) -> Call:
    import torch

    matrix = setup.handles()["matrix"]
    return lambda: (torch.linalg.inv(matrix),)


KERNEL = Kernel(
    name="inverse",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"numpy": {"inverse": _numpy}, "torch": {"inverse": _torch}},
)
"""Its one way on each backend; what is asked of it is how its time grows with `n`."""
