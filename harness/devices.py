"""The devices that a backend may compute on: a device is one record here.

Importing this imports no torch; what asks torch does so when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import Skip
from harness.registry import Registry, named


def _nothing() -> None:
    return None


def _none() -> list[str]:
    return []


@dataclass(frozen=True)
class Device:
    """A device.

    Attributes
    ----------
    name : str
        As suites write it, and as torch does.
    pair_bytes : int
        Memory for differences of pairs of rows: on a host what stays in cache, elsewhere what
        fills the device.
    host : bool
        Whether its memory is that of the process, so that nothing is moved or waited for.
    float64 : bool
        Whether it has numbers of double precision.
    copies : bool
        Whether a training may be timed with its batches copied there (``[timing] transfer``).
    missing : callable
        Returns why torch cannot use it here, or None when it can.
    synchronize : callable
        Waits until all that torch started there has ended.
    accelerators : callable
        Returns a name for each of them here, as the environment of a record has it.
    """

    name: str
    pair_bytes: int
    host: bool = False
    float64: bool = True
    copies: bool = False
    missing: Callable[[], str | None] = _nothing
    synchronize: Callable[[], None] = _nothing
    accelerators: Callable[[], list[str]] = _none

    def check(self, dtype: str, key: str) -> None:
        """Check that the device has a dtype, which `key` of the suite asks for.

        Raises
        ------
        Skip
            If it has not.
        """
        if dtype == "float64" and not self.float64:
            raise Skip(f"{self.name} has no float64; set {key} to float32")


def _no_cuda() -> str | None:
    import torch

    return None if torch.cuda.is_available() else "torch sees no CUDA device"


def _wait_for_cuda() -> None:
    import torch

    torch.cuda.synchronize()


def _cuda_names() -> list[str]:
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{torch.cuda.get_device_name(index)}" for index in range(count)]


def _no_mps() -> str | None:
    import torch

    return None if torch.backends.mps.is_available() else "torch sees no MPS device"


def _wait_for_mps() -> None:
    import torch

    torch.mps.synchronize()


def _mps_names() -> list[str]:
    return [] if _no_mps() else ["mps"]


DEVICES: Registry[Device] = named(
    "device",
    (
        Device("cpu", pair_bytes=4 * 2**20, host=True),
        Device(
            "cuda",
            pair_bytes=256 * 2**20,
            copies=True,
            missing=_no_cuda,
            synchronize=_wait_for_cuda,
            accelerators=_cuda_names,
        ),
        Device(
            "mps",
            pair_bytes=64 * 2**20,
            float64=False,
            missing=_no_mps,
            synchronize=_wait_for_mps,
            accelerators=_mps_names,
        ),
    ),
)


def accelerators() -> list[str]:
    """Return the names of all accelerators here, e.g. ``["cuda:NVIDIA H200"]``; imports torch."""
    return [name for _, device in DEVICES.items() for name in device.accelerators()]
