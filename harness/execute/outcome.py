"""What an experiment returned, to the plain data that is stored; wrong things are named.

This is the border to a user's code: behind it names are plain text, every number is a Python float,
every array a NumPy array of numbers. NumPy and torch scalars and arrays without axes are numbers,
and so are booleans (1 and 0); text, None and complex numbers are not.
"""

from __future__ import annotations

import numbers
import reprlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from harness.declare import ONLY
from harness.errors import HarnessError
from harness.store.arrays import MOST_BYTES
from harness.types import Array, Outcome, Series
from harness.words import abridged, plain

LONGEST_NAME = 200
LONGEST_TEXT = 2_000
MOST_NUMBERS = 5_000_000
"""Numbers in the metrics, series and samples of one cell, which are stored as text."""

_MUST = "the experiment must return a number, a mapping of names to numbers, or an Outcome"

_NUMERIC = "biuf"  # kinds of NumPy's dtypes: boolean, signed, unsigned, floating
T = TypeVar("T")


class Malformed(HarnessError):
    """An experiment returned what cannot be stored; the text says what, and what must be."""


def checked(returned: object) -> Outcome:
    """Return an `Outcome` of plain data.

    Parameters
    ----------
    returned : object
        What the experiment returned: an `Outcome`, a mapping of names to numbers, which are its
        metrics, or a number, which is its metric `ONLY`.

    Raises
    ------
    Malformed
        Naming the first entry that is wrong, its type, and what must be.
    """
    given = _as_outcome(returned)
    outcome = Outcome(
        metrics=_entries("metric", given.metrics, _metric),
        series=_entries("series", given.series, _series),
        arrays=_entries("array", given.arrays, _array),
        samples=_entries("samples", given.samples, _samples),
        digests=_entries("digest", given.digests, _text),
        diverged=_text("diverged", given.diverged),
    )
    _bounded(outcome)
    return outcome


def _as_outcome(returned: object) -> Outcome:
    if isinstance(returned, Outcome):
        return returned
    if isinstance(returned, Mapping) and returned:
        return Outcome(metrics=returned)
    if isinstance(returned, numbers.Real | Decimal) or getattr(returned, "shape", None) == ():
        return Outcome(metrics={ONLY: _number(returned, "what is returned must be a real number")})
    raise Malformed(f"{_MUST}, got {_described(returned)}{_advice(returned)}")


def _advice(returned: object) -> str:
    if returned is None:
        return (
            "; a function without a return statement returns None, and what it prints is not read"
        )
    if isinstance(returned, Sequence) and not isinstance(returned, str | bytes):
        return '; give each number a name, {"name": number}'
    return ""


def _entries(kind: str, given: object, convert: Callable[[str, Any], T]) -> dict[str, T]:
    if not isinstance(given, Mapping):
        raise Malformed(
            f"every {kind} must be an entry of a mapping by name, got {_described(given)}"
        )
    return {_name(kind, name): convert(f"{kind} {name!r}", given[name]) for name in given}


def _name(kind: str, name: object) -> str:
    if not isinstance(name, str):
        raise Malformed(f"the name of a {kind} must be text, got {_described(name)}")
    simple = name == plain(name) == name.strip() and not set(name) & set("\n\t")
    if not (simple and 0 < len(name) <= LONGEST_NAME):
        raise Malformed(
            f"the name of a {kind} must be 1 to {LONGEST_NAME} printable characters with no space "
            f"around, got {_described(name)}"
        )
    if kind == "array" and (set(name) & set("/\\") or name.endswith(".npy")):
        raise Malformed(f"the name of an array must not read like a file's, got {name!r}")
    return str(name)


def _metric(key: str, value: object) -> float:
    return _number(value, f"{key} must be a real number")


def _number(value: object, must: str) -> float:
    """Return a number as a float; `must` begins the sentence on what is none."""
    if type(value) is float:
        return value
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return _number(_scalar(value, must), must)
    if not isinstance(value, numbers.Real | Decimal):
        raise Malformed(f"{must}, got {_described(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise Malformed(f"{must} within the range of float64, got {_described(value)}") from None
    except Exception as error:  # a user's class may raise anything
        raise Malformed(f"{must}, got {_described(value)}: {type(error).__name__}") from error
    return number


def _scalar(value: Any, must: str) -> object:
    """Return the one item of an array without axes, of NumPy, torch or another library."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if kind not in _NUMERIC or np.ma.is_masked(value):
        raise Malformed(f"{must}, got {_described(value)}")
    if isinstance(value, np.longdouble) or getattr(value, "dtype", None) == np.longdouble:
        number = np.float64(value)
        if np.isinf(number) and not np.isinf(value):
            raise Malformed(f"{must} within the range of float64, got {_described(value)}")
        return float(number)
    try:
        item: object = value.item()
    except Exception as error:  # a tensor without storage, a device that is lost
        raise Malformed(
            f"{must}, got {_described(value)}: {type(error).__name__}: {error}"
        ) from error
    if getattr(item, "shape", None) == ():
        raise Malformed(f"{must}, got {_described(value)}")
    return item


def _series(key: str, value: object) -> Series:
    if not isinstance(value, Series):
        raise Malformed(f"{key} must be a Series(x, y), got {_described(value)}")
    x, y = _numbers(f"x of {key}", value.x), _numbers(f"y of {key}", value.y)
    if len(x) != len(y):
        raise Malformed(f"{key} must have x and y of equal length, got {len(x)} and {len(y)}")
    return Series(x, y)


def _samples(key: str, value: object) -> tuple[float, ...]:
    return _numbers(key, value)


def _numbers(key: str, value: Any) -> tuple[float, ...]:
    """Return a sequence or an array of one axis as floats."""
    must = f"{key} must be a sequence of real numbers"
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) != 1:
        _refuse(must, value)
    if shape is not None:
        value = _listed(value, must)
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        _refuse(must, value)
    if len(value) > MOST_NUMBERS:
        raise Malformed(f"{key} has {len(value)} numbers, at most {MOST_NUMBERS} are text: "
                        "return an array")  # fmt: skip
    return tuple(
        item if type(item) is float else _number(item, f"{must}, each of them") for item in value
    )


def _refuse(must: str, value: object) -> Any:
    raise Malformed(f"{must}, got {_described(value)}")


def _listed(value: Any, must: str) -> object:
    if isinstance(value, np.ndarray) and (
        value.dtype.kind not in _NUMERIC or np.ma.is_masked(value)
    ):
        _refuse(must, value)
    try:
        return value.tolist()
    except Exception as error:
        raise Malformed(
            f"{must}, got {_described(value)}: {type(error).__name__}: {error}"
        ) from error


def _array(key: str, value: Any) -> Array:
    must = f"{key} must be an array of numbers"
    if np.ma.is_masked(value):
        raise Malformed(f"{must}, got one with masked entries; fill them")
    try:
        if hasattr(value, "detach"):  # a torch tensor may need gradients and lie on a device
            value = value.detach().cpu()
        array = np.asarray(value)
    except Exception as error:
        raise Malformed(
            f"{must}, got {_described(value)}: {type(error).__name__}: {error}"
        ) from error
    if array.dtype.kind not in f"{_NUMERIC}c":
        raise Malformed(f"{must}, got {_described(value)} of dtype {array.dtype}")
    return array


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{key} must be text, got {_described(value)}")
    return shortened(plain(str(value)))


def _bounded(outcome: Outcome) -> None:
    count = len(outcome.metrics) + sum(len(values) for values in outcome.samples.values())
    count += sum(2 * len(series.x) for series in outcome.series.values())
    if count > MOST_NUMBERS:
        raise Malformed(
            f"metrics, series and samples must have at most {MOST_NUMBERS} numbers in all, got "
            f"{count}: return arrays"
        )
    size = sum(array.nbytes for array in outcome.arrays.values())
    if size > MOST_BYTES:
        raise Malformed(f"arrays must have at most {MOST_BYTES} bytes in all, got {size}")


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text, cut in its middle when it is longer than can be read."""
    return abridged(text, longest)


def _described(value: object) -> str:
    """Return a value and its type in a few words, whatever its ``repr`` does."""
    kind = type(value).__name__
    if value is None:
        return "None"
    if not isinstance(value, numbers.Number | str | bytes | Sequence | Mapping | np.generic):
        # Its repr may be pages, or an address that differs every time.
        return f"an ndarray of shape {value.shape}" if type(value) is np.ndarray else f"a {kind}"
    try:
        text = plain(reprlib.repr(value).replace("\n", " "))
    except Exception:  # noqa: BLE001 - the repr of a user's class may raise anything
        return f"a {kind}"
    return f"{shortened(text, 80)} ({kind})"
