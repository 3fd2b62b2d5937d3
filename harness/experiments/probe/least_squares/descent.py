"""Descents: gradients written out in NumPy, taken by autograd in PyTorch, one loop for both.

References
----------
Daubechies, Defrise & De Mol (2004) for the shrinkage step of ``proximal`` (ISTA).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from harness.experiments.probe.least_squares.problem import Fit, Problem, Solver
from harness.types import Array

POINTS = 24
"""Iterations kept of a descent, on a logarithmic scale."""

Gradient = Callable[[Array], Array]
Shrink = Callable[[Array], Array]


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


_NAMES = ("gradient_descent", "proximal", "subgradient")
NUMPY: Mapping[str, Solver] = {
    name: partial(descend, gradient_of=_numpy_gradient) for name in _NAMES
}
TORCH: Mapping[str, Solver] = {
    name: partial(descend, gradient_of=_torch_gradient) for name in _NAMES
}
