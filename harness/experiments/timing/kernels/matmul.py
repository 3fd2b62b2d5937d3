"""Kernel ``matmul``: the product of two square matrices, by the library or by plain loops."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Params(Table):
    """Matrices of `n` rows and columns."""

    n: PositiveInt = 512
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    shape = (params.n, params.n)
    return {name: rng.standard_normal(shape).astype(params.precision) for name in ("a", "b")}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:  # noqa: ARG001
    return (arrays["a"].astype(np.float64) @ arrays["b"].astype(np.float64),)


def _matmul(setup: Setup) -> Call:
    here = setup.handles()
    a, b = here["a"], here["b"]
    return lambda: (a @ b,)


def _loops(setup: Setup) -> Call:
    # Python numbers, not NumPy scalars, which would make the loops slower still.
    a, columns = setup.arrays["a"].tolist(), setup.arrays["b"].T.tolist()
    dtype = setup.params.precision

    def product() -> tuple[Array]:
        rows = [
            [sum(x * y for x, y in zip(row, column, strict=True)) for column in columns]
            for row in a
        ]
        return (np.array(rows, dtype=dtype),)

    return product


KERNEL = Kernel(
    name="matmul",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"numpy": {"matmul": _matmul, "loops": _loops}, "torch": {"matmul": _matmul}},
)
