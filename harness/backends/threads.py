"""Thread counts of the libraries that NumPy and scikit-learn stand on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController, threadpool_limits


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


@contextmanager
def one_each() -> Iterator[int]:
    """Keep BLAS to one thread a call for a while; return how many it was allowed to use.

    As many threads of ours can then call it at once.
    """
    blas = _blas()
    counts = [library.num_threads for library in blas.lib_controllers]
    with blas.limit(limits=1):
        yield max(counts, default=1)


@cache
def _blas() -> ThreadpoolController:
    """Return the BLAS libraries that are loaded by now, NumPy's at least: finding takes 2 ms."""
    return ThreadpoolController().select(user_api="blas")
