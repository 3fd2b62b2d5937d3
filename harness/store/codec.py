r"""A record to one line of JSON and back.

JSON has no inf and nan, and a diverged loss is exactly that: they are written as the strings
``"inf"``, ``"-inf"`` and ``"nan"``. Nor is a lone surrogate (a byte of a file name that is no text)
a character: it is spelled out, as in ``"\udc80"``.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from harness import environment as environments
from harness.errors import StoreError
from harness.store.fields import READERS, Wrong, short
from harness.types import Environment, Record
from harness.words import encodable

VERSION = 1
_MISSING = object()
_DEFAULTS = {
    field.name: {} if field.default is dataclasses.MISSING else field.default
    for field in dataclasses.fields(Record)
    if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
}
_NEEDED = [name for name in READERS if name not in _DEFAULTS]


def encode(record: Record) -> str:
    """Return the line of a record, without a newline."""
    values = dataclasses.asdict(record)
    kept = {name: values[name] for name in values if values[name] != _DEFAULTS.get(name, _MISSING)}
    return json.dumps({"v": VERSION, **storable(kept)}, separators=(",", ":"), allow_nan=False)


def decode(line: str) -> Record:
    """Return the record of a line.

    Raises
    ------
    StoreError
        If the line is not a record of this version; names the field.
    """
    values = parse_object(line)
    if values.pop("v", None) != VERSION:
        raise StoreError(f"must be a record of format {VERSION}, got {line[:60]!r} instead")
    unknown = values.keys() - READERS.keys()
    if unknown:
        raise StoreError(f"unknown field {min(unknown)!r} in a record")
    for name in _NEEDED:
        if name not in values:
            raise StoreError(f"must be a whole record, got one without {name!r}")
    for name, value in values.items():
        try:
            values[name] = READERS[name](value)
        except Wrong as wrong:
            raise StoreError(f"{name}: must be {wrong}, got {short(value)}") from None
    return Record(**values)


def encode_environment(environment: Environment) -> str:
    """Return the line of an environment snapshot."""
    values = storable(dataclasses.asdict(environment))
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def decode_environment(line: str) -> Environment:
    """Return the environment of a line.

    Raises
    ------
    StoreError
        If the line is not an environment.
    """
    values = parse_object(line)
    unknown = values.keys() - {field.name for field in dataclasses.fields(Environment)}
    if unknown:
        raise StoreError(f"unknown field {min(unknown)!r} in an environment")
    return environments.from_json(values)


def parse_object(line: str) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises
    ------
    StoreError
        If the line is not one.
    """
    try:
        values = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # ValueError: an integer of 5,000 digits, too
        raise StoreError(f"must be JSON: {error}") from None
    if not isinstance(values, dict):
        raise StoreError(f"must be a JSON object, got {line[:60]!r} instead")
    # a lone surrogate is an escape in a line of ours, which are ASCII; few lines need the walk
    surrogates = "\\ud" in line or "\\uD" in line
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
