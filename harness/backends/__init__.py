"""The table of backends. Importing this imports no backend's library but NumPy.

A new backend is one folder beside these and one entry in `BACKENDS`; the contract test in
``tests/backends/test_backends_contract.py`` then holds it to the protocol.
"""

from __future__ import annotations

from harness.backends.numpy_backend import NumpyBackend
from harness.backends.protocol import Backend
from harness.backends.sklearn_backend import SklearnBackend
from harness.backends.torch_backend import TorchBackend
from harness.registry import Registry, named

_ALL: tuple[Backend, ...] = (NumpyBackend(), TorchBackend(), SklearnBackend())
BACKENDS: Registry[Backend] = named("backend", _ALL)
get, names = BACKENDS.get, BACKENDS.names
