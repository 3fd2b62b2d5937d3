"""What every field of a stored record must be: a reader of its JSON value each."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, get_args

from harness.errors import StoreError
from harness.types import DataUsed, Scalar, Series, Status

Value = TypeVar("Value")
_SPECIAL = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}
_NUMBER = 'a number, or "inf", "-inf" or "nan"'
_STATUSES: tuple[str, ...] = get_args(Status)


class Wrong(Exception):
    """A value is not what a field must be; the text says what that is."""


def short(value: object) -> str:
    """Return a value in few characters."""
    return reprlib.repr(value)


def _wrong(expected: str) -> NoReturn:
    raise Wrong(expected)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _wrong("a text")


def _count(value: Any) -> int:
    # an integer of JSON is an int, true and false are bools
    return value if type(value) is int and value >= 0 else _wrong("a count")


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    if isinstance(value, str) and value in _SPECIAL:
        return _SPECIAL[value]
    if type(value) is not int:
        _wrong(_NUMBER)
    try:
        return float(value)
    except OverflowError:
        return _wrong("a number of some 300 digits at most")


def _status(value: Any) -> str:
    if not isinstance(value, str) or value not in _STATUSES:
        _wrong(f"one of {', '.join(_STATUSES)}")
    return value


def _scalar(value: Any) -> Scalar:
    return value if isinstance(value, str | int | float) else _wrong("a table of texts and numbers")


def _numbers(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list):
        _wrong("a table of lists of numbers")
    return tuple(map(_number, value))


def _series(value: Any) -> Series:
    if not isinstance(value, dict) or value.keys() != {"x", "y"}:
        _wrong("a table of curves, each of x and y")
    found = Series(_numbers(value["x"]), _numbers(value["y"]))
    return found if len(found.x) == len(found.y) else _wrong("curves with a y for every x")


def _data(value: Any) -> DataUsed | None:
    if value is None:
        return None
    fields = {"requested": str, "used": str, "fingerprint": str, "same_images": bool}
    whole = isinstance(value, dict) and value.keys() == fields.keys()
    if not whole or any(not isinstance(value[name], kind) for name, kind in fields.items()):
        _wrong(f"a table of the texts {', '.join(list(fields)[:3])} and of same_images")
    return DataUsed(**value)


def _table(item: Callable[[Any], Value]) -> Callable[[Any], dict[str, Value]]:
    def read(value: Any) -> dict[str, Value]:
        if not isinstance(value, dict):
            _wrong("a table")
        return {name: item(one) for name, one in value.items()}

    return read


READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("cell", "case", "suite", "experiment"), _text),
    "axes": _table(_scalar),
    "seed": _count,
    "status": _status,
    **dict.fromkeys(("reason", "environment"), _text),
    "data": _data,
    "metrics": _table(_number),
    "series": _table(_series),
    "arrays": _table(_text),
    "samples": _table(_numbers),
    "digests": _table(_text),
    **dict.fromkeys(("wall_s", "cpu_s"), _number),
    "peak_rss": _count,
    "started": _text,
    "budget": _number,
    "deviation": _text,
    "code": _table(_text),
    "commit": _text,
    "mode": _text,
}
"""Field of `Record` to the reader of its JSON value; a reader raises `Wrong`."""


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields as a record has them.

    Raises
    ------
    StoreError
        If one is not what its field must be; names the field.
    """
    found = {}
    for name, value in values.items():
        try:
            found[name] = READERS[name](value)
        except Wrong as wrong:
            raise StoreError(f"{name}: must be {wrong}, got {short(value)}") from None
    return found
