"""Thread counts of the libraries that NumPy and scikit-learn stand on."""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits


def resolve(count: int) -> int:
    """Return `count`, or the number of cores for 0.

    Raises
    ------
    ValueError
        If `count` is negative.
    """
    if count < 0:
        raise ValueError(f"the thread count must be 0 (all cores) or more, got {count} instead")
    return count or os.cpu_count() or 1


def limit_threads(count: int) -> None:
    """Limit BLAS and OpenMP to `count` threads from here on; 0 for all cores."""
    # Without ``with`` the limit outlives the object, which is what a cell's process wants.
    threadpool_limits(limits=resolve(count))
