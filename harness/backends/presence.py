"""Which devices some backend can use here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness import backends
from harness.backends.protocol import Backend
from harness.devices import DEVICES


def present(among: Iterable[Backend] | None = None) -> Mapping[str, str | None]:
    """Return for each device None when some backend can use it here, else the reason.

    Parameters
    ----------
    among : iterable of Backend, optional
        Backends to ask; all of them by default.
    """
    known = [backends.get(name) for name in backends.names()] if among is None else list(among)
    return {device: absent(device, known) for device in DEVICES}


def absent(device: str, among: Iterable[Backend]) -> str | None:
    """Return why no backend of `among` can use `device` here, or None when one can."""
    reasons = [backend.absent(device) for backend in among if device in backend.devices]
    if not reasons:
        return f"no backend computes on {device}"
    spoken = [reason for reason in reasons if reason is not None]
    return None if len(spoken) < len(reasons) else "; ".join(dict.fromkeys(spoken))
