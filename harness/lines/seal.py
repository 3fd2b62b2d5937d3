"""A line: the text of a JSON object, and a digest at its end, so that a changed bit is seen."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from harness.errors import StoreError
from harness.words import encodable

_MARK = b',"sha":"'
_END = b'"}'
_LENGTH = 16


def text_of(values: Mapping[str, Any]) -> str:
    """Return the text of an object: one line of ASCII, without a newline."""
    return json.dumps(storable(values), separators=(",", ":"), allow_nan=False)


def object_of(text: str) -> dict[str, Any]:
    """Return the JSON object of a text.

    Raises
    ------
    StoreError
        If the text is not one.
    """
    try:
        values = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # ValueError: an integer of 5,000 digits, too
        raise StoreError(f"must be JSON: {error}") from None
    if not isinstance(values, dict):
        raise StoreError(f"must be a JSON object, got {text[:60]!r} instead")
    # a lone surrogate is an escape in a text of ours, which is ASCII; few texts need the walk
    surrogates = "\\ud" in text or "\\uD" in text
    return storable(values) if surrogates else values


def storable(value: Any) -> Any:
    """Return a value as JSON and UTF-8 take it: inf, nan and lone surrogates as text."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def sealed(line: bytes) -> bytes:
    """Return the line of a JSON object with its digest."""
    if not line.endswith(b"}") or line.endswith(b"{}"):
        raise ValueError(f"a line must be a JSON object with members, got {line[-20:]!r}")
    body = line[:-1]
    return body + _MARK + _digest(body) + _END


def is_sealed(line: bytes) -> bool:
    """Whether a line carries a digest, right or wrong."""
    _, mark, end = line.rpartition(_MARK)
    return bool(mark) and len(end) == _LENGTH + len(_END) and end.endswith(_END)


def unsealed(line: bytes) -> bytes:
    """Return a line without its digest.

    Raises
    ------
    StoreError
        If the digest is of another line.
    """
    body, mark, end = line.rpartition(_MARK)
    if not (mark and len(end) == _LENGTH + len(_END) and end.endswith(_END)):
        return line
    if _digest(body) != end[:_LENGTH]:
        raise StoreError("must be as it was written, and its digest is of another line")
    return body + b"}"


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_LENGTH].encode()
