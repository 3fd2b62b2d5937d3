"""What a kernel is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.config.base import Table
from harness.experiments.base import Context
from harness.types import Array

Call = Callable[[], Any]
"""Carries the operation out once and returns a handle of its result."""
Variant = Callable[[Context, Any], Call]
"""``variant(context, params)`` draws the inputs from the cell's ``probe`` stream, places them on
the device, and returns the call to time."""


@dataclass(frozen=True)
class Kernel:
    """An entry of the table of kernels.

    Attributes
    ----------
    name : str
        As suites write it in ``[timing] kernel``.
    variants : mapping of str to mapping of str to callable
        Backend to variant name to `Variant`. The first variant of the first backend is the
        reference that every other is held to before anything is timed.
    params : type of Table
        The keys of ``[params]`` it understands, with their defaults.
    tolerance : float
        Largest relative difference from the reference, ``max|a - b| / max|b|``.
    """

    name: str
    variants: Mapping[str, Mapping[str, Variant]]
    params: type[Table]
    tolerance: float = 1e-4
    result: Callable[[Context, Any], Array] | None = None
