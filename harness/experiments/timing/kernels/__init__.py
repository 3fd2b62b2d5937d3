"""Kernels: single operations to time, each in several ways that compute the same.

A new kernel is a `Kernel` in a module here and one entry, by which it is imported when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.backends.protocol import Backend, Handle
from harness.config.table import Table
from harness.devices import DEVICES
from harness.errors import HarnessError
from harness.registry import Registry, lazily
from harness.types import Array

Precision = Literal["float32", "float64"]
Results = tuple[Any, ...]
Call = Callable[[], Results]
"""Carries the operation out once and returns handles, in the order of the reference's results."""


@dataclass(frozen=True)
class Setup:
    """What a variant computes with.

    Attributes
    ----------
    backend : Backend
    device : str
    params : Table
        ``[params]`` as the kernel reads it.
    arrays : mapping of str to ndarray
        The kernel's inputs, in host memory.
    """

    backend: Backend
    device: str
    params: Any
    arrays: Mapping[str, Array]

    def handles(self) -> dict[str, Handle]:
        """Return the inputs on the device, shapes and dtypes kept."""
        put = self.backend.put
        return {name: put(array, self.device) for name, array in self.arrays.items()}


Variant = Callable[[Setup], Call]
"""Prepares everything that is not to be timed and returns the call to time."""


@dataclass(frozen=True)
class Kernel:
    """An entry of the table of kernels.

    Attributes
    ----------
    name : str
        As suites write it in ``[timing] kernel``.
    does : str
        In a few words.
    params : type of Table
        The keys of ``[params]`` it understands, with their defaults.
    inputs : callable
        ``inputs(params, rng)`` draws the inputs, equal for every backend and variant.
    reference : callable
        ``reference(params, arrays)`` returns the results in NumPy by the definition; no variant
        shares its code.
    variants : mapping of str to mapping of str to callable
        Backend to name to `Variant`: every way to compute the same.
    tolerance : float
        Largest relative difference from the reference, ``max|a - b| / max|b|``.
    devices : tuple of str
        Where it has a meaning.
    processes : bool
        Whether it starts processes of its own: it may then sleep, or wait for a processor,
        without other work on the machine.
    """

    name: str
    does: str
    params: type[Table]
    inputs: Callable[[Any, np.random.Generator], Mapping[str, Array]]
    reference: Callable[[Any, Mapping[str, Array]], tuple[Array, ...]]
    variants: Mapping[str, Mapping[str, Variant]]
    tolerance: float = 1e-4
    devices: tuple[str, ...] = DEVICES.names()
    processes: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the names of all variants, whichever backend has them."""
        return tuple(dict.fromkeys(name for found in self.variants.values() for name in found))


def on_host(setup: Setup, results: Results) -> tuple[Array, ...]:
    """Return a copy of results in host memory, shapes and dtypes kept; waits for the device."""
    return tuple(np.array(setup.backend.array(result)) for result in results)


def disagreement(kernel: Kernel, setup: Setup, found: Sequence[Array]) -> float:
    """Return the largest relative difference of any result from the reference.

    Not to be called before something is timed: the reference is computed with NumPy, whose BLAS
    keeps its threads busy for a while when it has returned.

    Raises
    ------
    HarnessError
        If it is above the kernel's tolerance, not finite, or a result has another shape.
    """
    wanted = kernel.reference(setup.params, setup.arrays)
    shapes = [array.shape for array in found]
    if shapes != [array.shape for array in wanted]:
        raise HarnessError(
            f"kernel {kernel.name!r} must give results of shapes "
            f"{[array.shape for array in wanted]}, got {shapes}; the variant is at fault"
        )
    worst = max(_relative(a, b) for a, b in zip(found, wanted, strict=True))
    if not worst <= kernel.tolerance:
        raise HarnessError(
            f"kernel {kernel.name!r} must agree with its reference to {kernel.tolerance:g}, "
            f"got a relative difference of {worst:g}; the time of something else is not kept"
        )
    return worst


def _relative(found: Array, wanted: Array) -> float:
    apart = float(np.max(np.abs(found - wanted), initial=0.0))
    size = float(np.max(np.abs(wanted), initial=0.0))
    return apart / size if size else apart


_HERE = "harness.experiments.timing.kernels"
KERNELS: Registry[Kernel] = lazily(
    "kernel",
    (
        ("conv2d_forward", f"{_HERE}.conv2d:FORWARD"),
        ("conv2d_backward", f"{_HERE}.conv2d:BACKWARD"),
        ("data_loader", f"{_HERE}.feeding:DATA_LOADER"),
        ("forward", f"{_HERE}.networks:FORWARD"),
        ("hinge_loss", f"{_HERE}.hinge_loss:KERNEL"),
        ("linear", f"{_HERE}.algebra:LINEAR"),
        ("matmul", f"{_HERE}.algebra:MATMUL"),
        ("inverse", f"{_HERE}.algebra:INVERSE"),
        ("least_squares", f"{_HERE}.algebra:LEAST_SQUARES"),
        ("recurrent", f"{_HERE}.networks:RECURRENT"),
        ("scaled_gradients", f"{_HERE}.networks:SCALED_GRADIENTS"),
        ("to_device", f"{_HERE}.feeding:TO_DEVICE"),
    ),
)
"""What ``[timing] kernel`` can name."""
