"""A record, and an environment, to the JSON object of its line and back."""

from __future__ import annotations

import dataclasses
from typing import Any

from harness import environment as environments
from harness.errors import StoreError
from harness.store.fields import READERS, Wrong, short
from harness.types import Environment, Record

VERSION = 1
_MISSING = object()
_DEFAULTS = {
    field.name: {} if field.default is dataclasses.MISSING else field.default
    for field in dataclasses.fields(Record)
    if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
}
_NEEDED = [name for name in READERS if name not in _DEFAULTS]


def encode(record: Record) -> dict[str, Any]:
    """Return the object of a record: the format, and the fields that are not as by default."""
    values = dataclasses.asdict(record)
    given = {name: values[name] for name in values if values[name] != _DEFAULTS.get(name, _MISSING)}
    return {"v": VERSION, **given}


def decode(values: dict[str, Any]) -> Record:
    """Return the record of an object.

    Raises
    ------
    StoreError
        If it is not a record of this version; names the field.
    """
    if values.get("v") != VERSION:
        raise StoreError(f"must be a record of format {VERSION}, got {short(values)} instead")
    values = {name: value for name, value in values.items() if name != "v"}
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


def encode_environment(environment: Environment) -> dict[str, Any]:
    """Return the object of an environment snapshot, its keys sorted."""
    facts = dict(sorted(environment.facts.items()))
    return {**dict(sorted(dataclasses.asdict(environment).items())), "facts": facts}


def decode_environment(values: dict[str, Any]) -> Environment:
    """Return the environment of an object.

    Raises
    ------
    StoreError
        If it is not one.
    """
    unknown = values.keys() - {field.name for field in dataclasses.fields(Environment)}
    if unknown:
        raise StoreError(f"unknown field {min(unknown)!r} in an environment")
    return environments.from_json(values)
