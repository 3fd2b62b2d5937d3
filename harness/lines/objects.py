r"""A JSON object to its text and back.

JSON has no inf and nan, and a diverged loss is exactly that: they are written as the strings
``"inf"``, ``"-inf"`` and ``"nan"``. Nor is a lone surrogate (a byte of a file name that is no text)
a character: it is spelled out, as in ``"\udc80"``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from harness.errors import StoreError
from harness.words import encodable


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
