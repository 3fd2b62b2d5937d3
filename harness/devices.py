"""The devices that a backend may compute on: a device is one record here.

Importing this imports no torch. Whether torch sees a device is asked in a process of its own: the
caller neither imports torch, which takes seconds, nor opens a CUDA context, which no forked child
could use after it.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import extras
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
    return None if _sees("cuda:") else "torch sees no CUDA device"


def _wait_for_cuda() -> None:
    import torch

    torch.cuda.synchronize()


def _cuda_names() -> list[str]:
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{torch.cuda.get_device_name(index)}" for index in range(count)]


def _no_mps() -> str | None:
    return None if _sees("mps") else "torch sees no MPS device"


def _sees(kind: str) -> bool:
    return any(name.startswith(kind) for name in present_accelerators())


def _wait_for_mps() -> None:
    import torch

    torch.mps.synchronize()


def _mps_names() -> list[str]:
    import torch

    return ["mps"] if torch.backends.mps.is_available() else []


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


_ASK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from harness.devices import accelerators
print(json.dumps(accelerators()))
"""
_LONGEST_ANSWER = 120.0  # seconds


@functools.cache
def present_accelerators() -> tuple[str, ...]:
    """Return what `accelerators` says in a process of its own, asked once.

    Returns
    -------
    tuple of str
        ``cuda:<name>`` per CUDA device and ``mps``; none where torch is not here or was built for
        processors only, ``("unknown",)`` where it cannot be asked.
    """
    version = extras.version("torch")
    if not version or version.endswith("+cpu"):
        return ()
    command = [sys.executable, "-c", _ASK, str(Path(__file__).parents[1])]
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            command, capture_output=True, text=True, timeout=_LONGEST_ANSWER, check=True
        )
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ("unknown",)  # a torch that cannot be imported: its cells say why
    return tuple(json.loads(done.stdout))
