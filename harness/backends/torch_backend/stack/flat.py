"""The parameters of a stack in one tensor: an update is then one kernel an operation.

Every parameter is a view of it. ``torch._foreach_*`` over a few large tensors would leave most of a
GPU idle, and on the host costs a call for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from harness.types import Array

ALIGNED = 32
"""Elements to whose multiple each parameter begins: matrix products want aligned rows."""


class Flat:
    """Parameters (members, ...) by name, all of them in `whole`, (members, P).

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Initial values.
    device : str
        Where they lie.

    Attributes
    ----------
    whole : Tensor, (members, P)
        What updates move, in place.
    params : dict of str to Tensor
        Leaves of autograd that share its memory.
    """

    def __init__(self, arrays: Mapping[str, Array], device: str) -> None:
        firsts = [torch.from_numpy(array) for array in arrays.values()]
        members, dtype = len(firsts[0]), firsts[0].dtype
        self._gaps = [-first[0].numel() % ALIGNED for first in firsts]
        widths = [first[0].numel() + gap for first, gap in zip(firsts, self._gaps, strict=True)]
        self.whole = torch.zeros((members, sum(widths)), dtype=dtype, device=device)
        self._empty = torch.zeros((members, ALIGNED), dtype=dtype, device=device)
        self.params: dict[str, torch.Tensor] = {}
        parts = torch.split(self.whole, widths, 1)
        for name, first, part in zip(arrays, firsts, parts, strict=True):
            view = torch.unflatten(part[:, : first[0].numel()], 1, first.shape[1:])
            view.copy_(first)
            self.params[name] = view.detach().requires_grad_()

    def gathered(self, grads: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return gradients, in the order of the parameters, as one tensor (members, P)."""
        parts: list[torch.Tensor] = []
        for grad, gap in zip(grads, self._gaps, strict=True):
            parts.append(grad.flatten(1))
            if gap:
                parts.append(self._empty[:, :gap])
        return torch.cat(parts, 1)
