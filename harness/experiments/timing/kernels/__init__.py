"""Kernels: single operations to time, each in several ways that compute the same.

A new kernel is a `Kernel` in a module here and one entry, by which it is imported when asked for.
"""

from __future__ import annotations

from harness.experiments.timing.kernels.kernel import Kernel
from harness.registry import Registry, lazily

_HERE = "harness.experiments.timing.kernels"
KERNELS: Registry[Kernel] = lazily(
    "kernel",
    (
        ("conv2d_forward", f"{_HERE}.conv2d:FORWARD"),
        ("conv2d_backward", f"{_HERE}.conv2d:BACKWARD"),
        ("data_loader", f"{_HERE}.data_loader:KERNEL"),
        ("forward", f"{_HERE}.forward:KERNEL"),
        ("hinge_loss", f"{_HERE}.hinge_loss:KERNEL"),
        ("linear", f"{_HERE}.linear:KERNEL"),
        ("matmul", f"{_HERE}.matmul:KERNEL"),
        ("inverse", f"{_HERE}.inverse:KERNEL"),
        ("least_squares", f"{_HERE}.least_squares:KERNEL"),
        ("recurrent", f"{_HERE}.recurrent:KERNEL"),
        ("scaled_gradients", f"{_HERE}.scaled_gradients:KERNEL"),
        ("to_device", f"{_HERE}.to_device:KERNEL"),
    ),
)
"""What ``[timing] kernel`` can name."""
