"""The table of backends. Importing this imports no backend's library but NumPy.

A new backend is one folder or module beside these and one entry in `BACKENDS`; the contract test in
``tests/backends/test_backends_contract.py`` then holds it to the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.backends.numpy_backend import NumpyBackend
from harness.backends.protocol import Backend
from harness.backends.sklearn_backend import SklearnBackend
from harness.backends.torch_backend import TorchBackend
from harness.devices import DEVICES
from harness.registry import Registry, named

_ALL: tuple[Backend, ...] = (NumpyBackend(), TorchBackend(), SklearnBackend())
BACKENDS: Registry[Backend] = named("backend", _ALL)
get, names = BACKENDS.get, BACKENDS.names


def present(among: Iterable[Backend] | None = None) -> Mapping[str, str | None]:
    """Return for each device None when some backend can use it here, else the reason.

    Parameters
    ----------
    among : iterable of Backend, optional
        Backends to ask; all of them by default.
    """
    known = [get(name) for name in names()] if among is None else list(among)
    return {device: absent(device, known) for device in DEVICES}


def absent(device: str, among: Iterable[Backend]) -> str | None:
    """Return why no backend of `among` can use `device` here, or None when one can."""
    reasons = [backend.absent(device) for backend in among if device in backend.devices]
    if not reasons:
        return f"no backend computes on {device}"
    spoken = [reason for reason in reasons if reason is not None]
    return None if len(spoken) < len(reasons) else "; ".join(dict.fromkeys(spoken))
