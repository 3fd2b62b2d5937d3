"""What any value of a TOML file may be, whatever its key: text, true or false, finite numbers.

TOML also has dates, inf and nan, integers of any size and tables in tables without end. No key
of a suite means any of them, and every later stage (JSON, hashes, labels) would trip over one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from harness.suite.locate import Path

DEEPEST = 32
"""Tables and arrays inside each other at most."""
_BITS = 64


def complaints(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every value that no key may have, by its path, with what must be instead."""
    waiting: list[tuple[Path, Any]] = [((), values)]
    while waiting:  # no recursion: nesting is one of the things that may be wrong
        path, value = waiting.pop()
        message = _message(path, value)
        if message:
            yield path, message
        elif isinstance(value, dict):
            waiting += [((*path, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*path, index), item) for index, item in reversed([*enumerate(value)])]


def _message(path: Path, value: Any) -> str:
    if len(path) > DEEPEST:
        return too_deep()
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"must be a finite number, got {value} instead"
    if isinstance(value, int):
        return "" if _fits(value) else too_long()
    if isinstance(value, str | dict | list):
        return ""
    kind = type(value).__name__
    return f'must be text, a number, true or false, got a {kind} instead; put "{value}" in quotes'


def too_deep() -> str:
    """Return what is wrong with tables or arrays inside each other without end."""
    return f"must be at most {DEEPEST} tables or arrays inside each other, got more"


def too_long() -> str:
    """Return what is wrong with an integer that no library takes."""
    return f"must be an integer of at most {_BITS} bits, got a longer one"


def _fits(value: int) -> bool:
    return value.bit_length() < _BITS
