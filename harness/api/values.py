"""``harness.judge``: numbers that one has, judged against a quoted number."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from harness import tables
from harness.api.given import must
from harness.api.shown import Judgement
from harness.config.kinds import Kind
from harness.errors import UsageError
from harness.tables.table import entry
from harness.types import Scalar
from harness.workspace.numbers import judge_table

VALUE, SIDE = "value", "side"
"""The columns that plain values get."""
_SIDES: Mapping[str, Mapping[str, Scalar]] = {
    "better": {SIDE: "values"},
    "than": {SIDE: "than"},
}


def judge(
    values: Any,
    *,
    value: float | None = None,
    tolerance: float | None = None,
    exactly: float | None = None,
    low: float | None = None,
    high: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    frequency_low: float | None = None,
    frequency_high: float | None = None,
    than: ArrayLike | None = None,
    difference: float | None = None,
    ratio: float | None = None,
    of: Literal["mean", "difference", "ratio"] | None = None,
    goal: Literal["larger", "smaller"] | None = None,
    kind: Kind | None = None,
    over: Literal["seeds", "examples"] = "seeds",
    unit: Literal["", "fraction", "seconds", "bytes", "ratio"] = "",
    metric: str = "",
    where: Mapping[str, Scalar] | None = None,
    compare: Mapping[str, Mapping[str, Scalar]] | None = None,
    pair: str = "",
    ignore: Sequence[str] = (),
) -> Judgement:
    """Judge numbers against what is said of them, by the rules of the suites.

    Parameters
    ----------
    values : array-like, DataFrame, path or list of paths
        Independent runs: a vector of shape (n,) with one number for each run, rows of a frame, or
        rows of a file that ``harness judge`` takes.
    value, tolerance, exactly, low, high, at_least, at_most, frequency_low, frequency_high
        What is said, as in ``expect`` of a suite.
    than : array-like, optional
        A second sample of the same shape (n,), paired with the first by position. Alone it asks
        whether the first is better; with `difference` or `ratio`, by how much; with a range and
        `of`, whether the difference or ratio lies in that range.
    difference, ratio, of, goal
        As in ``expect`` of a suite, and ``goal`` of a claim.
    kind : str, optional
        What kind of number it is: ``fixed``, ``binary``, ``share``, ``count``, ``real`` or
        ``positive``; ``real`` unless given. It decides which interval and which test are used.
    over : {'seeds', 'examples'}
        ``examples`` when the values are one per test example and not one per run.
    unit : str, optional
        The unit in which the number is shown.
    metric, where, compare, pair, ignore
        For frames and files: the column to judge, the rows to take, the two sides, the column that
        pairs rows, and columns of text that do not separate cases.

    Returns
    -------
    Judgement
        The verdict with its reason, the measured value and its interval.

    Raises
    ------
    UsageError
        If the values are not numbers, or the arguments do not go together.

    Examples
    --------
    >>> import harness
    >>> runs = [0.9702, 0.9715, 0.9698, 0.9711, 0.9707]
    >>> found = harness.judge(runs, value=0.97, tolerance=0.005)
    >>> found.verdict
    'reproduced'
    >>> round(found.measured, 5), found.n
    (0.97066, 5)
    >>> harness.judge(runs, value=0.99, tolerance=0.005).verdict
    'contradicted'
    >>> before = [1.90, 2.10, 2.00, 1.95, 2.05]
    >>> after = [0.95, 1.06, 0.99, 0.98, 1.02]
    >>> harness.judge(after, than=before, goal="smaller", kind="positive").verdict
    'reproduced'
    """
    table, made = _table(values, than)
    for name, text in (("metric", metric), ("pair", pair), ("kind", "" if kind is None else kind)):
        must(name, "a text", text, str)
    expect = {
        "value": value, "tolerance": tolerance, "exactly": exactly, "low": low, "high": high,
        "at_least": at_least, "at_most": at_most, "difference": difference, "ratio": ratio,
        "of": of, "frequency_low": frequency_low, "frequency_high": frequency_high,
    }  # fmt: skip
    asked = {
        "metric": metric or made, "where": _rows("where", where), "goal": goal, "over": over,
        "unit": unit, "compare": _sides(compare) if than is None else _SIDES,
        "expect": {key: _plain(one) for key, one in expect.items()},
    }  # fmt: skip
    one = (ignore,) if isinstance(ignore, str) else ignore
    left_out = tuple(must("ignore", "names of columns", one, Iterable))
    return Judgement(judge_table(table, asked, {"pair": pair, "ignore": left_out}, kind))


def _rows(name: str, given: Mapping[str, Scalar] | None) -> dict[str, Any]:
    be = "a mapping of columns to values, such as {'model': 'forest'}"
    rows = must(name, be, {} if given is None else given, Mapping)
    return {key: _plain(one) for key, one in rows.items()}


def _sides(compare: Mapping[str, Mapping[str, Scalar]] | None) -> dict[str, Any] | None:
    be = "a mapping with the keys better and than"
    sides = {} if compare is None else must("compare", be, compare, Mapping)
    return {side: _rows(f"compare[{side!r}]", rows) for side, rows in sides.items()} or None


def _plain(given: Any) -> Any:
    """Return a number of NumPy as one of Python, and what is not given as it is."""
    return given.item() if isinstance(given, np.generic) else given


def _table(values: Any, than: ArrayLike | None) -> tuple[tables.Table, str]:
    """Return the values as a table, and the metric if they are nothing but numbers."""
    if than is not None:
        a, b = _numbers(values, "values"), _numbers(than, "than")
        sides = ["values"] * len(a) + ["than"] * len(b)
        return tables.of_columns({VALUE: [*a, *b], SIDE: sides}), VALUE
    if isinstance(values, str | os.PathLike):
        return tables.read([Path(values)]), ""
    if isinstance(values, list | tuple) and values and isinstance(values[0], os.PathLike):
        return tables.read([Path(path) for path in values]), ""
    if hasattr(values, "columns") and hasattr(values, "to_dict"):
        return _of_frame(values), ""
    return tables.of_columns({VALUE: _numbers(values, "values")}), VALUE


def _of_frame(frame: Any) -> tables.Table:
    if not len(frame):
        raise UsageError("a frame of runs must have rows, got none")
    names = [str(name) for name in frame.columns]
    if twice := [name for name in names if names.count(name) > 1]:  # the last would be taken
        raise UsageError(f"a frame must have one column of a name, got two named {twice[0]!r}")
    columns: dict[str, list[Any]] = frame.to_dict("list")
    return tables.of_columns({str(k): [entry(v) for v in column] for k, column in columns.items()})


def _numbers(values: Any, what: str) -> list[float]:
    """Return array-like values as numbers; true and false, which are `binary`, as they are.

    Raises
    ------
    UsageError
        If they are none, or have more than one axis.
    """
    try:
        given = values if hasattr(values, "__len__") else list(values)
        found = np.asarray(given, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{what} must be numbers, got {type(values).__name__}: {error}") from None
    if not found.size:
        raise UsageError(f"{what} must be at least one number, got none")
    if found.ndim != 1:
        raise UsageError(f"{what} must be a vector of numbers, got the shape {found.shape}")
    flags = np.asarray(given).dtype == np.bool_
    numbers: list[float] = (found.astype(np.bool_) if flags else found).tolist()
    return numbers
