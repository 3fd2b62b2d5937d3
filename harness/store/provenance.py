"""What a record was made of, and where: stored once, and named by every record of it.

Thousands of records share one machine, one data set and one state of the code. So a store holds a
line for each such combination in ``provenance.jsonl``, under a digest of what it says, and a record
has that digest in the place of the values. How far the seeds of a suite may go stands beside it,
declared before the first of them is added: what was declared first holds for ever, since the levels
of all looks depend on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import digest
from harness.errors import StoreError
from harness.lines import Log, storable
from harness.store import fields, files
from harness.store.files import VERSION, refuse_newer
from harness.types import DataUsed, Record

KEY = "provenance"
"""What a record's line calls the digest."""
_EMPTY: Mapping[str, Any] = {"environment": None, "data": None, "code": {}, "commit": ""}
LOOKS = "looks.jsonl"


@dataclass(frozen=True)
class Provenance:
    """What many records have in common; the fields are those of `harness.types.Record`."""

    environment: str
    data: DataUsed | None = None
    code: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""


NAMES = tuple(each.name for each in dataclasses.fields(Provenance))


def of_record(record: Record) -> Provenance:
    """Return what a record was made of."""
    return Provenance(*(getattr(record, name) for name in NAMES))


def key_of(provenance: Provenance) -> str:
    """Return the digest that records name it by."""
    return digest.of_value(_said(provenance))


def log_of(folder: Path) -> Log[Provenance]:
    """Return the log of a store's provenance."""

    def decoded(values: dict[str, Any]) -> Provenance:
        refuse_newer(values, folder)
        return decode(values)

    return Log(folder / files.PROVENANCE, encode, decoded)


def whole(folder: Path) -> dict[str, Provenance]:
    """Return by key what is said in the lines that are as they were written."""
    return by_key(line.value for line in log_of(folder).scan([]) if line.value is not None)


def by_key(values: Iterator[Provenance]) -> dict[str, Provenance]:
    """Return each under its digest."""
    return {key_of(value): value for value in values}


def encode(provenance: Provenance) -> dict[str, Any]:
    """Return the object of the line of a provenance."""
    return {"v": VERSION, "id": key_of(provenance), **_said(provenance)}


def decode(values: dict[str, Any]) -> Provenance:
    """Return the provenance of an object.

    Raises
    ------
    StoreError
        If it is not one, or goes by another key than its own.
    """
    said = {name: value for name, value in values.items() if name not in ("v", "id")}
    if said.keys() - set(NAMES) or "environment" not in said:
        raise StoreError(
            f"must be the provenance of records ({', '.join(NAMES)}), got {fields.short(values)}"
        )
    provenance = Provenance(**fields.read(said))
    if values.get("id") != key_of(provenance):
        raise StoreError(f"its id must be the digest of what it says, {key_of(provenance)}")
    return provenance


def _said(provenance: Provenance) -> dict[str, Any]:
    values = storable(dataclasses.asdict(provenance))
    return {name: value for name, value in values.items() if value != _EMPTY[name]}


@dataclass(frozen=True)
class Declared:
    """The most seeds of a suite."""

    suite: str
    most: int


def declared(folder: Path) -> Mapping[str, int]:
    """Return the most seeds of every suite of a store that has a declaration: the first."""
    found: dict[str, int] = {}
    for each in _log(folder).read([]):
        found.setdefault(each.suite, each.most)
    return found


def declare(folder: Path, suite: str, most: int) -> None:
    """Write how far a suite's seeds may go, if that is not declared yet."""
    if suite not in declared(folder):
        _log(folder).append(Declared(suite, most))


def _log(folder: Path) -> Log[Declared]:
    return Log(folder / LOOKS, lambda each: {"suite": each.suite, "most": each.most}, _decode)


def _decode(values: dict[str, Any]) -> Declared:
    suite, most = values.get("suite"), values.get("most")
    if not isinstance(suite, str) or not isinstance(most, int) or isinstance(most, bool):
        raise StoreError("a declaration must have a suite and the most of its seeds")
    return Declared(suite, most)
