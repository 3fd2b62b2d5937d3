"""The parameters of a stack in one tensor: what updates do to each element is one call for all.

``torch._foreach_*`` over a few large tensors would leave most of a GPU idle, and on the host costs
a call for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from harness.types import Array

ALIGNED = 32
"""Elements to whose multiple each parameter begins: matrix products want aligned rows."""


class Flat:
    """Tensors (members, ...) by name, each without gaps, all of them in `whole`.

    Parameters
    ----------
    shapes : mapping of str to sequence of int
        Of the tensors.
    dtype : torch.dtype
    device : str
        Where they lie.

    Attributes
    ----------
    whole : Tensor, (P,)
        What updates move, in place; zeros at first.
    parts : dict of str to Tensor
        The tensors, which share its memory.
    all : list of Tensor
        Those, without their names.
    """

    def __init__(
        self, shapes: Mapping[str, Sequence[int]], dtype: torch.dtype, device: str
    ) -> None:
        self._shapes = {name: torch.Size(shape) for name, shape in shapes.items()}
        sizes = {name: shape.numel() for name, shape in self._shapes.items()}
        padded = [size + -size % ALIGNED for size in sizes.values()]
        self.whole = torch.zeros(sum(padded), dtype=dtype, device=device)
        blocks = zip(self._shapes.items(), torch.split(self.whole, padded), strict=True)
        self.parts = {name: part[: sizes[name]].view(shape) for (name, shape), part in blocks}
        self.all = list(self.parts.values())

    @classmethod
    def of(cls, arrays: Mapping[str, Array], dtype: torch.dtype, device: str) -> Flat:
        """Return a copy of arrays."""
        made = cls({name: array.shape for name, array in arrays.items()}, dtype, device)
        for name, array in arrays.items():
            made.parts[name].copy_(torch.from_numpy(array))
        return made

    def like(self) -> Flat:
        """Return zeros in the same order."""
        return Flat(self._shapes, self.whole.dtype, str(self.whole.device))
