"""Kernels of linear algebra: products, ``x @ W.T + b``, an inverse, the weights of a regression."""

# ruff: noqa: ARG001 - all kernels share one signature
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field, PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Matmul(Table):
    """Matrices of `n` rows and columns."""

    n: PositiveInt = 512
    precision: Precision = "float32"


def _factors(params: Matmul, rng: np.random.Generator) -> dict[str, Array]:
    shape = (params.n, params.n)
    return {name: rng.standard_normal(shape).astype(params.precision) for name in ("a", "b")}


def _product(params: Matmul, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    return (arrays["a"].astype(np.float64) @ arrays["b"].astype(np.float64),)


def _by_library(setup: Setup) -> Call:
    here = setup.handles()
    a, b = here["a"], here["b"]
    return lambda: (a @ b,)


def _by_loops(setup: Setup) -> Call:
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


MATMUL = Kernel(
    name="matmul",
    does="the product of two square matrices, by the library or by plain loops",
    params=Matmul,
    inputs=_factors,
    reference=_product,
    variants={
        "numpy": {"matmul": _by_library, "loops": _by_loops},
        "torch": {"matmul": _by_library},
    },
)


class Linear(Table):
    """`n` examples of `d` features to `outputs` scores."""

    n: PositiveInt = 128
    d: PositiveInt = 784
    outputs: PositiveInt = 10
    precision: Precision = "float32"


def _linear_inputs(params: Linear, rng: np.random.Generator) -> dict[str, Array]:
    shapes = {
        "x": (params.n, params.d),
        "weight": (params.outputs, params.d),
        "bias": (params.outputs,),
    }
    return {name: rng.standard_normal(s).astype(params.precision) for name, s in shapes.items()}


def _scores(params: Linear, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    x, weight, bias = (arrays[name].astype(np.float64) for name in ("x", "weight", "bias"))
    return ((weight @ x.T).T + bias,)


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


LINEAR = Kernel(
    name="linear",
    does="x @ W.T + b in one product, or one example at a time",
    params=Linear,
    inputs=_linear_inputs,
    reference=_scores,
    variants={
        "numpy": {"operators": _operators, "rows": _numpy_rows},
        "torch": {"functional": _functional, "operators": _operators, "rows": _torch_rows},
    },
)


class Inverse(Table):
    """A symmetric positive definite matrix of `n` rows and columns."""

    n: PositiveInt = 512
    precision: Precision = "float64"


def _definite(params: Inverse, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal((2 * params.n, params.n))
    matrix = x.T @ x / len(x) + np.eye(params.n)
    return {"matrix": matrix.astype(params.precision)}


def _inverse(params: Inverse, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    matrix = arrays["matrix"].astype(np.float64)
    return (np.linalg.solve(matrix, np.eye(params.n)),)


def _numpy_inverse(setup: Setup) -> Call:
    matrix = setup.arrays["matrix"]
    return lambda: (np.linalg.inv(matrix),)


def _torch_inverse(setup: Setup) -> Call:
    import torch

    matrix = setup.handles()["matrix"]
    return lambda: (torch.linalg.inv(matrix),)


INVERSE = Kernel(
    name="inverse",
    does="the inverse of a well-conditioned square matrix, as X.T @ X may be",
    params=Inverse,
    inputs=_definite,
    reference=_inverse,
    variants={"numpy": {"inverse": _numpy_inverse}, "torch": {"inverse": _torch_inverse}},
)
"""Its one way on each backend; what is asked of it is how its time grows with `n`."""


class LeastSquares(Table):
    """`n` examples of `d` features, and when gradient descent ends.

    Gradient descent steps ``1 / L``, L a bound of the largest eigenvalue of the Hessian found by
    power iteration (timed, as it is part of the method), until the gradient is `descent` times
    the first one, or `most` steps were taken. The last feature is shrunk by ``sqrt(condition)``.
    """

    n: PositiveInt = 1000
    d: PositiveInt = 10
    condition: float = Field(default=1.0, ge=1.0)
    descent: float = Field(default=1e-3, gt=0.0, lt=1.0)
    most: PositiveInt = 10_000
    precision: Precision = "float64"


def _regression(params: LeastSquares, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal((params.n, params.d))
    x[:, -1] /= np.sqrt(params.condition)
    x = np.column_stack([x, np.ones(params.n)])
    y = x @ rng.standard_normal(params.d + 1) + rng.standard_normal(params.n)
    return {"x": x.astype(params.precision), "y": y.astype(params.precision)}


def _weights(params: LeastSquares, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    x, y = arrays["x"].astype(np.float64), arrays["y"].astype(np.float64)
    return (np.linalg.lstsq(x, y, rcond=None)[0],)


def _numpy_normal(setup: Setup) -> Call:
    x, y = setup.arrays["x"], setup.arrays["y"]
    return lambda: (np.linalg.solve(x.T @ x, x.T @ y),)


def _torch_normal(setup: Setup) -> Call:
    import torch

    here = setup.handles()
    x, y = here["x"], here["y"]
    return lambda: (torch.linalg.solve(x.T @ x, x.T @ y),)


def _descent(setup: Setup) -> Call:
    here, params = setup.handles(), setup.params
    start = setup.backend.put(np.zeros(params.d + 1, params.precision), setup.device)
    ones = setup.backend.put(np.ones(params.d + 1, params.precision), setup.device)
    return lambda: (_descend(here["x"], here["y"], start, ones, params),)


def _descend(x: Any, y: Any, start: Any, ones: Any, params: LeastSquares) -> Any:
    """Descend from `start`; NumPy arrays and tensors alike."""
    step = 1.0 / (1.1 * _steepest(x, ones))
    w, first = start, None
    for _ in range(params.most):
        gradient = x.T @ (x @ w - y)
        size = float((gradient * gradient).sum())
        first = size if first is None else first
        if size <= params.descent**2 * first:
            break
        w = w - step * gradient
    return w


def _steepest(x: Any, v: Any) -> float:
    """Return the largest eigenvalue of ``x.T @ x`` to a few per cent, by power iteration."""
    found = 0.0
    for _ in range(10):
        v = x.T @ (x @ v)
        found = float((v * v).sum()) ** 0.5
        v = v / found
    return found


LEAST_SQUARES = Kernel(
    name="least_squares",
    does="weights of a linear regression, in closed form or step by step",
    params=LeastSquares,
    inputs=_regression,
    reference=_weights,
    variants={
        "numpy": {"normal_equation": _numpy_normal, "gradient_descent": _descent},
        "torch": {"normal_equation": _torch_normal, "gradient_descent": _descent},
    },
    tolerance=1e-2,
)
"""Features are N(0, 1) with a column of ones for the bias, so the problem is well conditioned
and gradient descent has its best case; `condition` makes it harder.
"""
