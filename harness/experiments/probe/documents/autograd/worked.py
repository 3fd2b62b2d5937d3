"""Derivatives of small functions at given points, and what flows along several paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.autograd.scenario import (
    Play,
    Scenario,
    Scene,
    backward,
    gradient,
    indexed,
)

Function = Callable[[Any], Any]


def _chain(x: Any) -> Any:
    return (3 * x + 4) ** 2


def _square(x: Any) -> Any:
    return x**2


def _branches(x: Any) -> Any:
    return x**2 + 3 * x


def _on_numpy(function: Function) -> Play:
    def play(scene: Scene) -> Mapping[str, float]:
        return indexed("grad", numeric.complex_step(function, np.array(scene.points)))

    return play


def _on_torch(function: Function) -> Play:
    def play(scene: Scene) -> Mapping[str, float]:
        x = scene.tensor(scene.points)
        backward(function(x).sum())
        return indexed("grad", gradient(x).tolist())

    return play


def _both(function: Function) -> Scenario:
    plays = {"numpy": _on_numpy(function), "torch": _on_torch(function)}
    return Scenario(plays, per_point=("grad",))


def _torch_relu(x: Any) -> Any:
    import torch

    return torch.relu(x)


def _torch_absolute(x: Any) -> Any:
    return x.abs()


def paths(scene: Scene) -> Mapping[str, float]:
    """Differentiate ``L = y * z``, ``y = x**2``, ``z = 3x`` at each point, whole and by path."""
    import torch

    x = scene.tensor(scene.points)
    y, z = x**2, 3 * x
    loss = (y * z).sum()
    through_y, through_z = torch.autograd.grad(loss, (y, z), retain_graph=True)
    (along_y,) = torch.autograd.grad(y, x, through_y, retain_graph=True)
    (along_z,) = torch.autograd.grad(z, x, through_z, retain_graph=True)
    backward(loss)
    return {
        **indexed("grad", gradient(x).tolist()),
        **indexed("path_y", along_y.tolist()),
        **indexed("path_z", along_z.tolist()),
        **indexed("paths_left_over", (gradient(x) - along_y - along_z).tolist()),
    }


SCENARIOS: Mapping[str, Scenario] = {
    "chain": _both(_chain),
    "square": _both(_square),
    "branches": _both(_branches),
    "relu": Scenario(
        {"numpy": _on_numpy(numeric.relu), "torch": _on_torch(_torch_relu)}, per_point=("grad",)
    ),
    "absolute": Scenario(
        {"numpy": _on_numpy(numeric.absolute), "torch": _on_torch(_torch_absolute)},
        per_point=("grad",),
    ),
    "paths": Scenario({"torch": paths}, per_point=("grad", "path_y", "path_z", "paths_left_over")),
}
"""``grad_<i>``: the derivative at point i. ``paths``: also along each path, and the rest."""
