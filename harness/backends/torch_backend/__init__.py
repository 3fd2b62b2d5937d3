"""The entry of torch in the table of backends. Every import of torch is inside a method."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness import extras
from harness.backends.host import resolve
from harness.backends.protocol import Network, Pool, Stack
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.devices import DEVICES
from harness.types import Array
from harness.words import plain

if TYPE_CHECKING:
    import torch

    from harness.backends.torch_backend.network import TorchNetwork


class TorchBackend:
    """See `harness.backends.protocol.Backend` and `Memory`; a handle is a tensor."""

    name = "torch"
    devices: tuple[str, ...] = DEVICES.names()
    experiments: tuple[str, ...] = ("knn", "train", "timing", "probe")
    implementations: tuple[str, ...] = ("no_loop",)

    def absent(self, device: str) -> str | None:
        """Return why `device` cannot be used here, or None."""
        if reason := extras.missing("torch"):
            return reason
        if device not in DEVICES:
            return f"torch is not used on {device} here"
        return DEVICES.get(device).missing()

    def broken(self) -> str | None:
        """Return why torch cannot be imported, or None."""
        try:
            importlib.import_module("torch")
        except (ImportError, OSError) as error:  # a library it is linked to may be missing
            return f"torch cannot be imported: {plain(str(error))}"
        return None

    def put(self, array: Array, device: str, *, pinned: bool = False) -> torch.Tensor:
        """Place an array; on cpu the tensor shares its memory where it may be written."""
        import torch

        tensor = host_tensor(array)
        if pinned:
            return tensor.pin_memory() if torch.cuda.is_available() else tensor
        return tensor.to(device)

    def move(
        self, handle: torch.Tensor, device: str, *, non_blocking: bool = False
    ) -> torch.Tensor:
        """Copy a host tensor to the device."""
        return handle.to(device, non_blocking=non_blocking)

    def take(self, handle: torch.Tensor, index: Array) -> torch.Tensor:
        """Return the rows `index` (int64, (m,)) of a handle (n, ...), copied: (m, ...)."""
        import torch

        return handle.index_select(0, torch.from_numpy(index).to(handle.device))

    def array(self, handle: torch.Tensor) -> Array:
        """Return a tensor as a NumPy array; waits for the device."""
        array: Array = handle.detach().cpu().numpy()
        return array

    def synchronize(self, device: str) -> None:
        """Wait until the device has finished; a no-op on cpu."""
        DEVICES.get(device).synchronize()

    def threads(self, count: int) -> None:
        """Use `count` threads inside an operation from here on; 0 for all cores."""
        import torch

        torch.set_num_threads(resolve(count))

    def network(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> Network:
        """Build a network from a copy of `weights`, cast to ``train.dtype``.

        Raises
        ------
        Skip
            For float64 on a device that has none.
        """
        DEVICES.get(device).check(train.dtype, "[train] dtype")
        from harness.backends.torch_backend.network import TorchNetwork

        return TorchNetwork(layers, weights, train, device, dropout)

    def stack(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        trains: Sequence[Train],
        device: str,
        pool: Pool,
    ) -> Stack:
        """Build networks that are trained side by side from copies of `weights`.

        Raises
        ------
        Skip
            For float64 on a device that has none.
        """
        DEVICES.get(device).check(trains[0].dtype, "[train] dtype")
        from harness.backends.torch_backend.stack import TorchStack

        return TorchStack(layers, weights, trains, device, pool)

    def neighbors(
        self, train: torch.Tensor, test: torch.Tensor, k: int, implementation: str
    ) -> tuple[Array, Array]:
        """Return distances (m, k) float32 and indices (m, k) int64 of the k nearest rows.

        Of `train` (n, d) for every row of `test` (m, d), both float32 or float64 on one device.
        """
        from harness.backends.torch_backend.neighbors import no_loop

        return {"no_loop": no_loop}[implementation](train, test, k)

    def reset_peak(self, device: str) -> None:
        """Start `peak` anew on cuda; a no-op elsewhere."""
        from harness.backends.torch_backend import memory

        memory.reset_peak(device)

    def peak(self, device: str) -> int | None:
        """Return the most bytes allocated at once on cuda; None where torch does not count."""
        from harness.backends.torch_backend import memory

        return memory.peak(device)

    def forward_memory(
        self, network: Network, x: torch.Tensor, device: str, *, grad: bool
    ) -> tuple[int, int]:
        """Return (peak, retained) bytes of one forward pass over `x` (N, *shape)."""
        from harness.backends.torch_backend.memory import forward_memory

        return forward_memory(_own(network).model, x, device, grad=grad)

    def step_memory(
        self, network: Network, x: torch.Tensor, y: torch.Tensor, device: str
    ) -> tuple[int, int]:
        """Return (peak, retained) bytes of the first optimizer step on a batch."""
        from harness.backends.torch_backend.memory import step_memory

        own = _own(network)
        return step_memory(own.model, lambda: own.step(x, y), (x, y), device)


def host_tensor(array: Array) -> torch.Tensor:
    """Return an array (...) as a tensor on cpu, which shares its memory where it may be written."""
    import torch

    # torch has no read-only tensors and warns of them; a memory-mapped array is copied.
    whole = np.asarray(array, order="C")  # ascontiguousarray would make a scalar a vector
    return torch.from_numpy(whole if whole.flags.writeable else whole.copy())


def _own(network: Network) -> TorchNetwork:
    """Return a network that this backend has built, and refuse others."""
    from harness.backends.torch_backend.network import TorchNetwork

    if not isinstance(network, TorchNetwork):
        raise TypeError(f"network must be a TorchNetwork, got {type(network).__name__}")
    return network
