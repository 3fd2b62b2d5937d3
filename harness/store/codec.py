"""A record, and an environment, to the JSON object of its line and back.

Most lines have nothing unusual in them: pydantic parses and checks those in one pass (`reader`),
some four times faster than `decode`, which reads what is left: lines with inf or nan, of format 1,
or wrong, whose fault it names. What `reader` takes `decode` takes, as the same record.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from harness import environment as environments
from harness.errors import StoreError
from harness.store import fields
from harness.store.files import VERSION
from harness.store.provenance import KEY, NAMES, Provenance, key_of, of_record
from harness.types import Environment, Record, Scalar, Series, Status, identical

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
Number = Annotated[float, Field(allow_inf_nan=False)]
Numbers = tuple[Number, ...]
Count = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(strict=True, extra="forbid")


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


class _Curve(TypedDict):
    __pydantic_config__ = _STRICT  # type: ignore[misc]
    x: Numbers
    y: Numbers


class _Needed(TypedDict):
    v: Literal[2]
    provenance: str
    cell: str
    case: str
    suite: str
    experiment: str
    axes: dict[str, Scalar]
    seed: Count
    status: Status
    reason: str


class _OfRecord(_Needed, total=False):
    __pydantic_config__ = _STRICT  # type: ignore[misc]
    metrics: dict[str, Number]
    series: dict[str, _Curve]
    arrays: dict[str, str]
    samples: dict[str, Numbers]
    digests: dict[str, str]
    wall_s: Number
    cpu_s: Number
    peak_rss: Count
    started: str
    budget: Number
    deviation: str
    mode: str


_LINE = TypeAdapter(_OfRecord).validator


def reader(known: Mapping[str, Provenance]) -> Callable[[bytes], Record | None]:
    """Return what reads the JSON of a line, None where the other way must be gone.

    Parameters
    ----------
    known : mapping of str to Provenance
        What records of the store were made of, by key.
    """
    shared: dict[str, Mapping[str, Scalar]] = {}  # the records of a case have equal axes

    def read(line: bytes) -> Record | None:
        try:
            values = cast("dict[str, Any]", _LINE.validate_json(line))
        except ValidationError:
            return None
        made = known.get(values.pop("provenance"))
        curves = values.get("series", {})
        for name, curve in curves.items():
            if len(curve["x"]) != len(curve["y"]):
                return None
            curves[name] = Series(**curve)
        if made is None:
            return None
        del values["v"]
        axes = shared.setdefault(values["case"], values["axes"])
        if identical(axes, values["axes"]):
            values["axes"] = axes
        return Record(**values, **vars(made))

    return read
