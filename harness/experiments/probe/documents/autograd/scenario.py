"""What a scenario is, and what scenarios share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Scene:
    """What a scenario may use: where, its random numbers, and ``[params]``."""

    device: str
    rng: np.random.Generator
    points: tuple[float, ...] = ()
    examples: int = 8

    def normal(self, *shape: int) -> torch.Tensor:
        """Draw a tensor of `shape` from N(0, 1) in NumPy, float32, without a gradient."""
        import torch

        drawn = self.rng.standard_normal(shape).astype(np.float32)
        return torch.as_tensor(drawn, device=self.device)

    def tensor(self, values: Any, *, grad: bool = True) -> torch.Tensor:
        """Return a float32 leaf."""
        import torch

        return torch.tensor(values, dtype=torch.float32, device=self.device, requires_grad=grad)


Play = Callable[[Scene], Mapping[str, float]]


@dataclass(frozen=True)
class Scenario:
    """An entry of the table of scenarios.

    Attributes
    ----------
    plays : mapping of str to callable
        Backend to the function that plays the scenario there and returns its metrics; 0 and 1
        for no and yes.
    metrics : tuple of str
        Names of what they return.
    per_point : tuple of str
        Names that stand for one metric per point, ``<name>_<i>``.
    """

    plays: Mapping[str, Play]
    metrics: tuple[str, ...] = ()
    per_point: tuple[str, ...] = ()

    def names(self, points: int) -> frozenset[str]:
        """Return the names of every metric, for so many points."""
        indexed = {f"{name}_{i}" for name in self.per_point for i in range(points)}
        return frozenset(self.metrics) | indexed


def torch_only(play: Play, *metrics: str) -> Scenario:
    """Return a scenario that only torch has."""
    return Scenario({"torch": play}, metrics)


def indexed(name: str, values: Any) -> dict[str, float]:
    """Return ``<name>_0``, ``<name>_1``, ... of a vector."""
    return {f"{name}_{i}": float(value) for i, value in enumerate(np.ravel(values))}


def backward(tensor: torch.Tensor, **options: Any) -> None:
    """Call ``tensor.backward``, which torch leaves without types."""
    tensor.backward(**options)  # type: ignore[no-untyped-call]


def raises(action: Callable[[], Any]) -> float:
    """Return 1 if torch refuses an action (RuntimeError, TypeError, ValueError), else 0."""
    try:
        action()
    except (RuntimeError, TypeError, ValueError):
        return 1.0
    return 0.0


def has_grad(tensor: torch.Tensor) -> float:
    """Return 1 if a tensor has a gradient, without torch's warning about non-leaves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(tensor.grad is not None)


def gradient(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor's gradient.

    Raises
    ------
    RuntimeError
        If it has none, which a scenario should have seen to.
    """
    if tensor.grad is None:
        raise RuntimeError("the tensor must have a gradient here, it has none")
    return tensor.grad


def difference(a: torch.Tensor, b: torch.Tensor) -> float:
    """Return the largest absolute difference of two tensors of one shape."""
    return float((a - b).abs().max())
