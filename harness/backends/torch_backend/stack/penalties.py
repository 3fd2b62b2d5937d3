"""The penalties ``l2`` and ``l1`` of a stack, of a size for every member."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from harness.backends.torch_backend.stack.flat import Flat
from harness.types import Array


class Penalties:
    """``0.5 * l2 * sum(W**2) + l1 * sum(|W|)`` of every member.

    Parameters
    ----------
    l2, l1 : ndarray, (members,), float64, or None
        Their sizes.
    names : sequence of str
        The parameters that they cover.
    params, grads : Flat
        All parameters, and d loss / d parameter.
    """

    def __init__(
        self, l2: Array | None, l1: Array | None, names: Sequence[str], params: Flat, grads: Flat
    ) -> None:
        self._l2, self._l1 = (
            None if size is None else torch.from_numpy(size).to(params.whole) for size in (l2, l1)
        )
        self._pairs = [(params.parts[name], grads.parts[name]) for name in names]

    def added(self, losses: torch.Tensor) -> torch.Tensor:
        """Return losses (members,) with the penalties."""
        for weight, _ in self._pairs:
            if self._l2 is not None:
                losses = losses + 0.5 * self._l2 * weight.square().sum((1, 2))
            if self._l1 is not None:
                losses = losses + self._l1 * weight.abs().sum((1, 2))
        return losses

    def pull(self) -> None:
        """Add the penalties' gradients."""
        for weight, grad in self._pairs:
            if self._l2 is not None:
                grad.addcmul_(weight, self._l2[:, None, None])
            if self._l1 is not None:
                grad.addcmul_(weight.sign(), self._l1[:, None, None])
