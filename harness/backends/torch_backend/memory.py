"""Bytes that PyTorch holds: the peak of a device, and of one forward pass.

On cuda the caching allocator counts (``torch.cuda.max_memory_allocated``). Elsewhere nothing
does, so a dispatch mode watches the operators of the forward pass: below autograd it sees every
tensor that an operator returns, and a weak reference to its storage tells when it was freed. That
counts what the sentence "no_grad saves memory" is about, the activations; scratch memory that an
operator frees before it returns is not seen, and neither is the padding of the allocator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveStorages(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Count the bytes of storages made while the mode is on, for as long as they live.

    Parameters
    ----------
    known : sequence of Tensor
        Tensors that were there before; their storages and views of them count nothing.

    Attributes
    ----------
    peak : int
        Most bytes alive at once so far.
    """

    def __init__(self, known: Sequence[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._known = {tensor.untyped_storage()._cdata for tensor in known}
        self._live: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak = 0

    @property
    def live(self) -> int:
        """Bytes alive now."""
        # A dead storage keeps its address while a weak reference to it exists, so a key is
        # never used twice.
        self._live = {key: kept for key, kept in self._live.items() if not _freed(kept[0])}
        return sum(size for _, size in self._live.values())

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Carry out an operator and note the storages of what it returns."""
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, torch.Tensor):
                self._note(leaf.untyped_storage())
        self.peak = max(self.peak, self.live)
        return result

    def _note(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._known and key not in self._live:
            reference = StorageWeakRef(storage)  # type: ignore[no-untyped-call]
            self._live[key] = (reference, storage.nbytes())


def _freed(storage: StorageWeakRef) -> bool:
    return bool(storage.expired())  # type: ignore[no-untyped-call]


def forward_memory(
    module: torch.nn.Module, x: torch.Tensor, device: str, *, grad: bool
) -> tuple[int, int]:
    """Return (peak, retained) bytes of one forward pass of `module` over `x`.

    Parameters
    ----------
    module : torch.nn.Module
        Run in the mode (training or evaluation) it is in.
    x : Tensor
        A batch on the device.
    device : str
        ``cpu``, ``cuda`` or ``mps``.
    grad : bool
        Keep the graph for a backward pass, or run under ``torch.no_grad``.

    Returns
    -------
    tuple of int
        Most bytes alive at once during the pass, and bytes alive after it while its output is
        held: the output, and with `grad` what the graph has saved. Inputs, parameters and
        buffers are not counted.
    """
    with torch.set_grad_enabled(grad):
        if device == "cuda":
            return _on_cuda(module, x)
        known = [x, *module.parameters(), *module.buffers()]
        with LiveStorages(known) as storages:
            output = module(x)
            retained = storages.live
        del output
        return storages.peak, retained


def _on_cuda(module: torch.nn.Module, x: torch.Tensor) -> tuple[int, int]:
    # The first pass allocates the workspace of cuBLAS, which stays: it is not the pass's own.
    module(x)
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    output = module(x)
    torch.cuda.synchronize()
    retained = torch.cuda.memory_allocated() - before
    del output
    return torch.cuda.max_memory_allocated() - before, retained


def step_memory(
    module: torch.nn.Module,
    step: Callable[[], object],
    batch: Sequence[torch.Tensor],
    device: str,
) -> tuple[int, int]:
    """Return (peak, retained) bytes of `step`, one optimizer step of `module` on `batch`.

    Parameters
    ----------
    module : torch.nn.Module
        What is trained.
    step : callable
        Takes the step.
    batch : sequence of Tensor
        Inputs and targets, on the device.
    device : str
        ``cpu``, ``cuda`` or ``mps``.

    Returns
    -------
    tuple of int
        Most bytes alive at once during the step, and bytes alive after it: the gradients and the
        optimizer's state. Inputs, parameters and the loss that `step` returns are not counted.
    """
    if device == "cuda":
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        step()
        torch.cuda.synchronize()
        retained = torch.cuda.memory_allocated() - before
        return torch.cuda.max_memory_allocated() - before, retained
    with LiveStorages([*batch, *module.parameters(), *module.buffers()]) as storages:
        step()
        return storages.peak, storages.live


def reset_peak(device: str) -> None:
    """Start `peak` anew on cuda; do nothing elsewhere."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()


def peak(device: str) -> int | None:
    """Return the most bytes allocated on cuda since `reset_peak`; None elsewhere."""
    return torch.cuda.max_memory_allocated() if device == "cuda" else None
