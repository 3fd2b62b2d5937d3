"""Derivatives of small functions at given points, and what flows along several paths.

``grad_<i>`` is the derivative at point i.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import harness
from suites.autograd.tensors import backward, gradient, tensor
from suites.facts import numeric

Points = Sequence[float]
Function = Callable[[Any], Any]
derivative = harness.experiment(metrics={"grad_*": "fixed"}, backends=["numpy", "torch"])


@derivative
def chain(points: Points, backend: str, device: str) -> Mapping[str, float]:
    """Differentiate ``(3x + 4)**2``."""
    return _slopes(lambda x: (3 * x + 4) ** 2, points, backend, device)


@derivative
def square(points: Points, backend: str, device: str) -> Mapping[str, float]:
    """Differentiate ``x**2``."""
    return _slopes(lambda x: x**2, points, backend, device)


@derivative
def branches(points: Points, backend: str, device: str) -> Mapping[str, float]:
    """Differentiate ``x**2 + 3x``."""
    return _slopes(lambda x: x**2 + 3 * x, points, backend, device)


@derivative
def relu(points: Points, backend: str, device: str) -> Mapping[str, float]:
    """Differentiate ``max(0, x)``, on torch by its own function."""
    function: Function = numeric.relu if backend == "numpy" else lambda x: x.relu()
    return _slopes(function, points, backend, device)


@derivative
def absolute(points: Points, backend: str, device: str) -> Mapping[str, float]:
    """Differentiate ``|x|``, on torch by its own function."""
    function: Function = numeric.absolute if backend == "numpy" else lambda x: x.abs()
    return _slopes(function, points, backend, device)


def _slopes(function: Function, points: Points, backend: str, device: str) -> dict[str, float]:
    if backend == "numpy":
        return _indexed("grad", numeric.complex_step(function, np.array(points)))
    x = tensor(points, device)
    backward(function(x).sum())
    return _indexed("grad", gradient(x).tolist())


def _indexed(name: str, values: Any) -> dict[str, float]:
    """Return ``<name>_0``, ``<name>_1``, ... of a vector."""
    return {f"{name}_{i}": float(value) for i, value in enumerate(np.ravel(values))}


@harness.experiment(
    metrics={
        "grad_*": "fixed",
        "path_y_*": "fixed",
        "path_z_*": "fixed",
        "paths_left_over_*": "fixed",
    },
    backends=["torch"],
)
def paths(points: Points, device: str) -> Mapping[str, float]:
    """Differentiate ``L = y * z``, ``y = x**2``, ``z = 3x`` at each point, whole and by path.

    ``path_y_<i>`` and ``path_z_<i>`` are what comes along either path, ``paths_left_over_<i>``
    what of the derivative comes along neither.
    """
    import torch

    x = tensor(points, device)
    y, z = x**2, 3 * x
    loss = (y * z).sum()
    through_y, through_z = torch.autograd.grad(loss, (y, z), retain_graph=True)
    (along_y,) = torch.autograd.grad(y, x, through_y, retain_graph=True)
    (along_z,) = torch.autograd.grad(z, x, through_z, retain_graph=True)
    backward(loss)
    return {
        **_indexed("grad", gradient(x).tolist()),
        **_indexed("path_y", along_y.tolist()),
        **_indexed("path_z", along_z.tolist()),
        **_indexed("paths_left_over", (gradient(x) - along_y - along_z).tolist()),
    }
