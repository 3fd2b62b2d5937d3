"""Baselines and points to one line of JSON and back."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import StoreError
from harness.gate.history.values import Baseline, Point
from harness.store.codec import parse_object, storable

SCHEMA = 1
Kept = TypeVar("Kept", Baseline, Point)
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Baseline, Point)
}


def encode(value: Baseline | Point) -> str:
    """Return the line of a baseline or a point, without a newline."""
    fields = storable(dataclasses.asdict(value))
    return json.dumps({"schema": SCHEMA, **fields}, separators=(",", ":"), allow_nan=False)


def decode(line: str, kind: type[Kept]) -> Kept:
    """Return what a line holds.

    Raises
    ------
    StoreError
        If it is no `kind` of this version; says which field must be what.
    """
    values = parse_object(line)
    if values.pop("schema", None) != SCHEMA:
        raise StoreError(
            f"must be a {kind.__name__.lower()} of schema {SCHEMA}, got {line[:60]!r} instead; "
            "a newer version of the harness may read it"
        )
    try:
        found: Kept = _ADAPTERS[kind].validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = first["msg"][:1].lower() + first["msg"][1:]
        raise StoreError(f"{where}: {said}, got {str(first['input'])[:60]!r} instead") from None
    return found
