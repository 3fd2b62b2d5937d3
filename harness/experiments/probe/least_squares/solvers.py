"""Solvers: closed forms and descents, in NumPy and in PyTorch.

Gradients are written out in NumPy and taken by autograd in PyTorch, one loop for both.

References
----------
Daubechies, Defrise & De Mol (2004) for the shrinkage step of ``proximal`` (ISTA).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.experiments.probe.least_squares.problem import Fit, Problem, SingularError, Solver
from harness.types import Array

if TYPE_CHECKING:
    import torch
from collections.abc import Callable
from functools import partial

POINTS = 24
"""Iterations kept of a descent, on a logarithmic scale."""
Gradient = Callable[[Array], Array]
Shrink = Callable[[Array], Array]


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


def _numpy_gradient(problem: Problem) -> Gradient:
    """Return ``2 / n * X.T (X theta - y) + 2 * penalty * w + lasso * sign(w)``."""
    x, y, ridge, lasso = problem.train.x, problem.train.y, problem.ridge, _smooth_lasso(problem)

    def gradient(theta: Array) -> Array:
        found: Array = (x.T @ (x @ theta - y)) * x.dtype.type(2.0 / len(x)) + 2 * ridge * theta
        found += lasso * np.sign(theta)
        return found

    return gradient


def _torch_gradient(problem: Problem) -> Gradient:
    import torch

    arrays = (problem.train.x, problem.train.y, problem.ridge, _smooth_lasso(problem))
    x, y, ridge, lasso = (torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)

    def gradient(theta: Array) -> Array:
        weights = torch.from_numpy(theta).requires_grad_()
        loss = torch.mean((x @ weights - y) ** 2) + torch.sum(ridge * weights**2)
        (found,) = torch.autograd.grad(loss + torch.sum(lasso * weights.abs()), weights)
        taken: Array = found.numpy()
        return taken

    return gradient


def _smooth_lasso(problem: Problem) -> Array:
    """Return the absolute penalty that the gradient is to carry, (p,): none for ``proximal``."""
    own = np.zeros(problem.train.x.shape[1], problem.train.x.dtype)
    if problem.params.solver == "subgradient":
        own[: problem.weights] = problem.params.lasso
    return own


def _shrink(problem: Problem) -> Shrink:
    """Return the proximal step of ``lasso * sum(|w|)``: towards zero, and no further."""
    if problem.params.solver != "proximal":
        return lambda theta: theta
    by = np.zeros(problem.train.x.shape[1], problem.train.x.dtype)
    by[: problem.weights] = problem.step * problem.params.lasso
    return lambda theta: np.sign(theta) * np.maximum(np.abs(theta) - by, 0)


def descend(problem: Problem, gradient_of: Callable[[Problem], Gradient]) -> Fit:
    """Step down until the iterations are over or the validation loss has ceased to fall."""
    gradient, shrink = gradient_of(problem), _shrink(problem)
    step, patience = problem.start.dtype.type(problem.step), problem.params.patience
    shown = _shown(problem.params.iterations)
    theta, path, at = problem.start, [], []
    best, lowest, taken = theta, np.inf, 0
    for iteration in range(problem.params.iterations + 1):
        if iteration:
            theta = shrink(theta - step * gradient(theta))
        if iteration in shown:
            path.append(theta)
            at.append(iteration)
        if patience:
            loss = problem.validation.loss(theta)
            if loss < lowest:
                best, lowest, taken = theta, loss, iteration
            elif iteration - taken >= patience:
                break
    if patience:
        return Fit(best, path, at, taken)
    return Fit(theta, path, at, problem.params.iterations)


def _shown(iterations: int) -> frozenset[int]:
    points = np.geomspace(1, iterations, min(POINTS, iterations))
    return frozenset({0, iterations, *(round(float(point)) for point in points)})


def _descents(gradient_of: Callable[[Problem], Gradient]) -> Mapping[str, Solver]:
    names = ("gradient_descent", "proximal", "subgradient")
    return {name: partial(descend, gradient_of=gradient_of) for name in names}


SOLVERS: Mapping[str, Mapping[str, Solver]] = {
    "numpy": {
        "inverse": _numpy_inverse,
        "solve": _numpy_solve,
        "lstsq": _numpy_lstsq,
        **_descents(_numpy_gradient),
    },
    "torch": {
        "inverse": _torch_inverse,
        "solve": _torch_solve,
        "lstsq": _torch_lstsq,
        **_descents(_torch_gradient),
    },
}
"""Backend, then solver, to the function that carries it out."""
