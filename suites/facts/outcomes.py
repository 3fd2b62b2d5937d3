"""How scenarios put an outcome into a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch


def raises(action: Callable[[], object]) -> float:
    """Return 1 if PyTorch refuses an action, else 0."""
    return float(refusal(action) is not None)


def refusal(action: Callable[[], object]) -> str | None:
    """Return the message with which PyTorch refuses an action, None if it does not."""
    try:
        action()
    except (RuntimeError, TypeError, ValueError, AttributeError) as error:
        return str(error)
    return None


def difference(a: torch.Tensor, b: torch.Tensor) -> float:
    """Return the largest absolute difference of two tensors of one shape."""
    return float((a - b).detach().abs().max())


def elsewhere(setup: Setup) -> str:
    """Return a device that is not the host: on cpu ``meta``, which has shapes but no memory."""
    return "meta" if setup.device == "cpu" else setup.device
