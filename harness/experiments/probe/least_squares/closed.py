"""Closed forms, in NumPy and in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.experiments.probe.least_squares.problem import Fit, Problem, SingularError, Solver
from harness.types import Array

if TYPE_CHECKING:
    import torch


def _equations(problem: Problem) -> tuple[Array, Array]:
    """Return ``X.T X + n * penalty`` (p, p) and ``X.T y`` (p,)."""
    x, y = problem.train.x, problem.train.y
    left: Array = x.T @ x
    left[np.diag_indices(len(left))] += len(x) * problem.ridge
    return left, x.T @ y


def _numpy_inverse(problem: Problem) -> Fit:
    left, right = _equations(problem)
    try:
        return Fit(np.linalg.inv(left) @ right)
    except np.linalg.LinAlgError as error:
        raise SingularError(str(error)) from error


def _numpy_solve(problem: Problem) -> Fit:
    try:
        return Fit(np.linalg.solve(*_equations(problem)))
    except np.linalg.LinAlgError as error:
        raise SingularError(str(error)) from error


def _stacked(problem: Problem) -> tuple[Array, Array]:
    """Return the equations with the penalty as further rows ``sqrt(n * penalty) * w = 0``."""
    x, y = problem.train.x, problem.train.y
    if not problem.params.penalty:
        return x, y
    rows = np.diag(np.sqrt(len(x) * problem.ridge))[: problem.weights]
    return np.concatenate([x, rows]), np.concatenate([y, np.zeros(len(rows), y.dtype)])


def _numpy_lstsq(problem: Problem) -> Fit:
    return Fit(np.linalg.lstsq(*_stacked(problem), rcond=None)[0])


def _tensors(*arrays: Array) -> list[torch.Tensor]:
    import torch

    return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]


def _host(theta: Any) -> Array:
    found: Array = theta.numpy()
    return found


def _torch_equations(problem: Problem) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    x, y, ridge = _tensors(problem.train.x, problem.train.y, problem.ridge)
    return x.T @ x + len(x) * torch.diag(ridge), x.T @ y


def _torch_inverse(problem: Problem) -> Fit:
    import torch

    left, right = _torch_equations(problem)
    try:
        return Fit(_host(torch.linalg.inv(left) @ right))
    except RuntimeError as error:  # torch.linalg.LinAlgError is one
        raise SingularError(str(error)) from error


def _torch_solve(problem: Problem) -> Fit:
    import torch

    try:
        return Fit(_host(torch.linalg.solve(*_torch_equations(problem))))
    except RuntimeError as error:  # torch.linalg.LinAlgError is one
        raise SingularError(str(error)) from error


def _torch_lstsq(problem: Problem) -> Fit:
    import torch

    x, y = _tensors(*_stacked(problem))
    # The default driver (gelsy) asks for full rank of nobody, but only gelsd works by singular
    # values, as NumPy's does.
    return Fit(_host(torch.linalg.lstsq(x, y[:, None], driver="gelsd").solution[:, 0]))


NUMPY: Mapping[str, Solver] = {
    "inverse": _numpy_inverse,
    "solve": _numpy_solve,
    "lstsq": _numpy_lstsq,
}
TORCH: Mapping[str, Solver] = {
    "inverse": _torch_inverse,
    "solve": _torch_solve,
    "lstsq": _torch_lstsq,
}
