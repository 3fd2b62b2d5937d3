"""A record's line to its record at once, for the many lines with nothing unusual in them.

pydantic parses and checks the JSON in one pass, some four times faster than `harness.store.codec`,
which reads what is left: lines with inf or nan, of format 1, or wrong, whose fault it names. What
is taken here is taken there, as the same record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from harness.store.provenance import Provenance
from harness.types import Record, Scalar, Series, Status, identical

Number = Annotated[float, Field(allow_inf_nan=False)]
Numbers = tuple[Number, ...]
Count = Annotated[int, Field(ge=0)]
_STRICT = ConfigDict(strict=True, extra="forbid")


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


class _Line(_Needed, total=False):
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


_LINE = TypeAdapter(_Line).validator


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
