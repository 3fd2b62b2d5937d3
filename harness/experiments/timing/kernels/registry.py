"""Kernels by name; their modules are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.errors import UsageError
from harness.experiments.timing.kernels.kernel import Kernel
from harness.words import unknown

_HERE = "harness.experiments.timing.kernels"
KERNELS: Mapping[str, str] = {
    "conv2d_forward": f"{_HERE}.conv2d:FORWARD",
    "conv2d_backward": f"{_HERE}.conv2d:BACKWARD",
    "data_loader": f"{_HERE}.data_loader:KERNEL",
    "forward": f"{_HERE}.forward:KERNEL",
    "hinge_loss": f"{_HERE}.hinge_loss:KERNEL",
    "linear": f"{_HERE}.linear:KERNEL",
    "matmul": f"{_HERE}.matmul:KERNEL",
    "inverse": f"{_HERE}.inverse:KERNEL",
    "least_squares": f"{_HERE}.least_squares:KERNEL",
    "recurrent": f"{_HERE}.recurrent:KERNEL",
    "scaled_gradients": f"{_HERE}.scaled_gradients:KERNEL",
    "to_device": f"{_HERE}.to_device:KERNEL",
}
"""Name of a kernel to the module and the name in it that hold it."""


def get(name: str) -> Kernel:
    """Return the kernel of a name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in KERNELS:
        raise UsageError(unknown("kernel", name, KERNELS))
    module, _, attribute = KERNELS[name].partition(":")
    return cast(Kernel, getattr(importlib.import_module(module), attribute))
