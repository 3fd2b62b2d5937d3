"""A record, and an environment, to the JSON object of its line and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from harness import environment as environments
from harness.errors import StoreError
from harness.store import fields
from harness.store.formats import VERSION
from harness.store.provenance import KEY, NAMES, Provenance, key_of, of_record
from harness.types import Environment, Record

_MISSING = object()
_DEFAULTS = {
    field.name: {} if field.default is dataclasses.MISSING else field.default
    for field in dataclasses.fields(Record)
    if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
}
_NEEDED = {
    1: [name for name in fields.READERS if name not in _DEFAULTS],
    2: [name for name in fields.READERS if name not in {*_DEFAULTS, *NAMES}],
}
_KNOWN = {1: fields.READERS.keys(), 2: fields.READERS.keys() - set(NAMES)}


def encode(record: Record) -> dict[str, Any]:
    """Return the object of a record: the format, and the fields that are not as by default.

    What it was made of stands there by its key (`harness.store.provenance`).
    """
    values = {**vars(record), "series": {n: vars(curve) for n, curve in record.series.items()}}
    given = {name: values[name] for name in values if values[name] != _DEFAULTS.get(name, _MISSING)}
    return shared({"v": 1, **given}, key_of(of_record(record)))


def shared(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object of a record of format 1 as one of format 2, whose provenance has a key."""
    named = {KEY if name == "environment" else name: value for name, value in values.items()}
    kept = {name: value for name, value in named.items() if name not in NAMES}
    return {**kept, "v": VERSION, KEY: key}


def decode(values: dict[str, Any], known: Mapping[str, Provenance]) -> Record:
    """Return the record of an object.

    Parameters
    ----------
    values : dict
        The object.
    known : mapping of str to Provenance
        What records of the store were made of, by key.

    Raises
    ------
    StoreError
        If it is not a record of a format that is known; names the field.
    """
    if (version := values.get("v")) not in _KNOWN or type(version) is not int:
        formats = " or ".join(map(str, _KNOWN))
        got = fields.short(values)
        raise StoreError(f"must be a record of format {formats}, got {got} instead")
    values = {name: value for name, value in values.items() if name != "v"}
    made = _provenance(values.pop(KEY, None), known) if version > 1 else {}
    unknown = values.keys() - _KNOWN[version]
    if unknown:
        raise StoreError(f"unknown field {min(unknown)!r} in a record")
    for name in _NEEDED[version]:
        if name not in values:
            raise StoreError(f"must be a whole record, got one without {name!r}")
    return Record(**fields.read(values), **made)


def _provenance(key: object, known: Mapping[str, Provenance]) -> dict[str, Any]:
    if not isinstance(key, str) or key not in known:
        must = f"{KEY}: must be the id of a line of {KEY}.jsonl, got {fields.short(key)}"
        raise StoreError(f"{must}; if that file was lost, bring it back first")
    return vars(known[key])


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
