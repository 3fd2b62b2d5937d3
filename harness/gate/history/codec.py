"""Baselines and points to the JSON objects of their lines and back."""

from __future__ import annotations

import dataclasses
import reprlib
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import StoreError
from harness.gate.history.values import Baseline, Point

SCHEMA = 1
Kept = TypeVar("Kept", Baseline, Point)
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Baseline, Point)
}


def encode(value: Baseline | Point) -> dict[str, Any]:
    """Return the object of a baseline or a point."""
    return {"schema": SCHEMA, **dataclasses.asdict(value)}


def decode(values: dict[str, Any], kind: type[Kept]) -> Kept:
    """Return what an object holds.

    Raises
    ------
    StoreError
        If it is no `kind` of this version; says which field must be what.
    """
    if values.get("schema") != SCHEMA:
        raise StoreError(
            f"must be a {kind.__name__.lower()} of schema {SCHEMA}, got "
            f"{reprlib.repr(values)} instead; a newer version of the harness may read it"
        )
    fields = {name: value for name, value in values.items() if name != "schema"}
    try:
        found: Kept = _ADAPTERS[kind].validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = first["msg"][:1].lower() + first["msg"][1:]
        raise StoreError(f"{where}: {said}, got {str(first['input'])[:60]!r} instead") from None
    return found
