"""Kernel ``least_squares``: weights of a linear regression, in closed form or step by step.

Features are N(0, 1) with a column of ones for the bias, so the problem is well conditioned
and gradient descent has its best case; `condition` makes it harder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field, PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Setup
from harness.types import Array


class Params(Table):
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


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal((params.n, params.d))
    x[:, -1] /= np.sqrt(params.condition)
    x = np.column_stack([x, np.ones(params.n)])
    y = x @ rng.standard_normal(params.d + 1) + rng.standard_normal(params.n)
    return {"x": x.astype(params.precision), "y": y.astype(params.precision)}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:  # noqa: ARG001
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


def _descend(x: Any, y: Any, start: Any, ones: Any, params: Params) -> Any:
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


KERNEL = Kernel(
    name="least_squares",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={
        "numpy": {"normal_equation": _numpy_normal, "gradient_descent": _descent},
        "torch": {"normal_equation": _torch_normal, "gradient_descent": _descent},
    },
    tolerance=1e-2,
)
