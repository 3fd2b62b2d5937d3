"""What ``--cluster`` says: the address of a scheduler, or workers on this machine."""

from __future__ import annotations

import re

LOCAL = "local:"
_MUST = (
    "must be the address of a dask scheduler, such as tcp://10.0.0.5:8786, or local:N for N "
    "workers on this machine"
)
_ADDRESS = re.compile(
    r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.%]+\]):(\d{1,5})"
)
_NUMBER = re.compile(r"[0-9]{1,9}")  # in digits of ASCII
_MOST_WORKERS = 1024


def parse(text: str) -> str:
    """Return an address as it was written, once it is one.

    Raises
    ------
    ValueError
        If it is none; says what must be.
    """
    if text.startswith(LOCAL):
        if not _NUMBER.fullmatch(text, len(LOCAL)) or not 1 <= workers(text) <= _MOST_WORKERS:
            raise ValueError(f"local:N must have an N from 1 to {_MOST_WORKERS}, got {text!r}")
        return text
    found = _ADDRESS.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 65535:
        raise ValueError(f"{_MUST}, got {text!r}")
    return text


def workers(text: str) -> int:
    """Return how many workers on this machine an address asks for, 0 for that of a scheduler."""
    return int(text.removeprefix(LOCAL)) if text.startswith(LOCAL) else 0
