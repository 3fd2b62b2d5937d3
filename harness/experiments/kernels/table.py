"""Kernels by name; their modules are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.errors import UsageError
from harness.experiments.kernels.base import Kernel
from harness.words import unknown

KERNELS: Mapping[str, str] = {}
"""Name of a kernel to the module that holds it as ``KERNEL``."""


def get(name: str) -> Kernel:
    """Return the kernel of a name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in KERNELS:
        raise UsageError(unknown("kernel", name, KERNELS))
    return cast(Kernel, importlib.import_module(KERNELS[name]).KERNEL)
