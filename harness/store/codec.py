"""A record to one line of JSON and back.

JSON has no inf and nan, and a diverged loss is exactly that: they are written as the strings
``"inf"``, ``"-inf"`` and ``"nan"``.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import StoreError
from harness.types import DataUsed, Environment, Record, Series

VERSION = 1
_FIELDS = {field.name for field in dataclasses.fields(Record)}
_MISSING = object()
_DEFAULTS = {
    field.name: {} if field.default is dataclasses.MISSING else field.default
    for field in dataclasses.fields(Record)
    if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
}


def encode(record: Record) -> str:
    """Return the line of a record, without a newline."""
    values = dataclasses.asdict(record)
    kept = {name: values[name] for name in values if values[name] != _DEFAULTS.get(name, _MISSING)}
    return json.dumps({"v": VERSION, **finite(kept)}, separators=(",", ":"), allow_nan=False)


def decode(line: str) -> Record:
    """Return the record of a line.

    Raises
    ------
    StoreError
        If the line is not a record of this version.
    """
    values = parse_object(line)
    if values.pop("v", None) != VERSION:
        raise StoreError(f"must be a record of format {VERSION}, got {line[:60]!r} instead")
    unknown = set(values) - _FIELDS
    if unknown:
        raise StoreError(f"unknown field {min(unknown)!r} in a record")
    values["metrics"] = {k: _number(v) for k, v in values.get("metrics", {}).items()}
    values["samples"] = {k: _numbers(v) for k, v in values.get("samples", {}).items()}
    values["series"] = {k: _series(v) for k, v in values.get("series", {}).items()}
    if values.get("data"):
        values["data"] = DataUsed(**values["data"])
    try:
        return Record(**values)
    except TypeError as error:
        raise StoreError(f"must be a whole record, got one with {error}") from None


def encode_environment(environment: Environment) -> str:
    """Return the line of an environment snapshot."""
    return json.dumps(dataclasses.asdict(environment), sort_keys=True, separators=(",", ":"))


def decode_environment(line: str) -> Environment:
    """Return the environment of a line.

    Raises
    ------
    StoreError
        If the line is not an environment.
    """
    try:
        return Environment(**parse_object(line))
    except TypeError as error:
        raise StoreError(f"must be an environment, got one with {error}") from None


def parse_object(line: str) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises
    ------
    StoreError
        If the line is not one.
    """
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise StoreError(f"must be JSON: {error}") from None
    if not isinstance(values, dict):
        raise StoreError(f"must be a JSON object, got {line[:60]!r} instead")
    return values


def finite(value: Any) -> Any:
    """Return a value with the floats that JSON lacks replaced by strings, throughout."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _number(value: float | str) -> float:
    return float(value)


def _numbers(values: Sequence[float | str]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _series(value: Mapping[str, Sequence[float | str]]) -> Series:
    return Series(_numbers(value["x"]), _numbers(value["y"]))
