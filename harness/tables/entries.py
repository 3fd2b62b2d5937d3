"""Text and JSON values to the entries of a table."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.tables.table import Entry

_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_FLAGS = {"true": True, "false": False}


def parsed(text: str) -> Entry:
    """Return what a text says: a number, true or false, nothing, or itself."""
    text = text.strip()
    if not text:
        return None
    if text.casefold() in _FLAGS:
        return _FLAGS[text.casefold()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def column(texts: Sequence[str]) -> tuple[Entry, ...]:
    """Return a column of texts: numbers, flags, or text, for none is the other in one column.

    Numbers among text stay numbers, so that whoever takes the column for one of numbers is told
    where it is not.
    """
    entries = [parsed(text) for text in texts]
    kinds = {type(entry) for entry in entries} - {type(None)}
    if bool in kinds and kinds & {str}:
        return tuple(text.strip() or None for text in texts)
    return tuple(entries)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a JSON object; a table inside gives ``outer.inner``."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        else:
            yield name, entry(value)


def entry(value: Any) -> Entry:
    """Return a JSON value, or one of a parquet file, as an entry."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else _float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, list | tuple):
        numbers = [entry(item) for item in value]
        if all(isinstance(number, int | float) for number in numbers):
            return tuple(float(number) for number in numbers if isinstance(number, int | float))
        return json.dumps(value, default=str)
    return _number(value)


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _number(value: Any) -> Entry:
    """Return a number of another class (a decimal, of NumPy) as a float, all else as text."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)
