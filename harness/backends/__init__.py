"""The table of backends. Importing this imports no backend's library but NumPy.

A new backend is one folder beside these and one entry in `BACKENDS`; the contract test in
``tests/backends/test_backends_contract.py`` then holds it to the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.backends.numpy_backend import NumpyBackend
from harness.backends.protocol import Backend
from harness.backends.sklearn_backend import SklearnBackend
from harness.backends.torch_backend import TorchBackend
from harness.errors import UsageError
from harness.words import unknown

BACKENDS: Mapping[str, Backend] = {
    "numpy": NumpyBackend(),
    "torch": TorchBackend(),
    "sklearn": SklearnBackend(),
}


def names() -> tuple[str, ...]:
    """Return the names of all backends, in the order of the table."""
    return tuple(BACKENDS)


def get(name: str) -> Backend:
    """Return the backend called `name`.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in BACKENDS:
        raise UsageError(unknown("backend", name, BACKENDS))
    return BACKENDS[name]
