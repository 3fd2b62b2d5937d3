"""Suites made wrong on purpose: one or more values, keys or bytes of a good one changed."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
import tomllib
from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

from harness import figures
from harness.errors import Problem, UsageError
from harness.plan.check import check
from harness.plan.expand import expand
from harness.suite.load import load

RAW: dict[str, Any] = {
    "inf": math.inf,
    "-inf": -math.inf,
    "nan": math.nan,
    "huge": 10**30,
    "beyond": 2**63,
    "below": -(2**63) - 1,
    "endless": int("9" * 4299),
    "large": 2**63 - 1,
    "billion": 10**9,
    "zero": 0,
    "one": 1,
    "minus": -1,
    "most": 1e308,
    "least": 5e-324,
    "half": 0.5,
    "-0": -0.0,
    "empty": "",
    "long": "x" * 100_000,
    "nul": "a\x00b",
    "escape": "\x1b[2J[/x]",
    "lines": "a\nb",
    "right-to-left": "\u202eabc",
    "path": "../../x",
    "name": "numpy",
    "true": True,
    "false": False,
    "date": dt.date(2020, 1, 2),
    "time": dt.time(3, 4, 5),
    "datetime": dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    "list": [],
    "table": {},
    "numbers": [1, 2.5, "x", True],
    "lists": [[1], [[2, ["x"]], []]],
    "tables": [{"name": "sgd"}, {"type": "linear", "out": 3}],
    "nested": {"a": {"b": [{"c": {}}]}},
    "sized": {"name": "sgd", "lr": math.nan},
}
KEYS = ("", "lr", "seeds", "name", "axes", "a b", "Upper", "bool", "literal-x", "\x1b[0m", "grid")


def try_mutants(
    path: Path, texts: Sequence[str], sources: Collection[str], seed: int, tries: int
) -> None:
    """Write mutants to a path; each must be a plan, or problems of one line that is not long."""
    for text in islice(mutants(texts, seed), tries):
        for problem in problems_of(path, text, sources):
            assert "\n" not in str(problem)
            assert len(str(problem)) < 2000


def problems_of(path: Path, text: str, sources: Collection[str]) -> Sequence[Problem]:
    """Return what is wrong with the text of a suite; nothing if it is a plan."""
    path.write_text(text, encoding="utf-8", newline="")
    try:
        plans = expand(load(path))
        check(plans, sources, figures.KINDS)
    except UsageError as error:
        return getattr(error, "problems", ())
    for plan in plans:
        plan.cells()
    return ()


def mutants(texts: Sequence[str], seed: int) -> Iterator[str]:
    """Yield mutants without end, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 a test, not a secret
    while True:
        text = rng.choice(texts)
        yield _cut(rng, text) if rng.random() < 0.15 else _changed(rng, text)


def _changed(rng: random.Random, text: str) -> str:
    values = tomllib.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change(rng, values)
    return dump(values)


def _change(rng: random.Random, values: dict[str, Any]) -> None:
    places = list(_places(values))
    if not places:
        return
    holder, key = rng.choice(places)
    kind = rng.random()
    if kind < 0.3:
        holder[key] = _value(rng)
    elif kind < 0.6:  # of the same type, so that it comes further
        same = [value for value in RAW.values() if type(value) is type(holder[key])]
        holder[key] = deepcopy(rng.choice(same))
    elif kind < 0.7:
        del holder[key]
    elif kind < 0.8 and isinstance(holder, list):
        holder.insert(key, _value(rng))
    elif kind < 0.9 and isinstance(holder, dict):
        holder[rng.choice(KEYS)] = _value(rng)
    elif kind < 0.95:
        holder[key] = [holder[key], _value(rng)]
    else:
        other_holder, other = rng.choice(places)
        holder[key] = json.loads(json.dumps(other_holder[other], default=str))


def _value(rng: random.Random) -> Any:
    value = deepcopy(rng.choice(list(RAW.values())))  # it is changed in its turn
    if rng.random() < 0.05:
        for _ in range(rng.choice((5, 31, 40, 300))):
            value = rng.choice(([value], {"a": value}))
    return [value] if rng.random() < 0.2 else value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _cut(rng: random.Random, text: str) -> str:
    """Return the text cut short, with a letter exchanged, or with a line twice."""
    at = rng.randrange(len(text))
    kind = rng.random()
    if kind < 0.3:
        return text[:at]
    if kind < 0.7:
        signs = "[]{}=.,\"'#\n\t\r\x00\x1b09aeE-+_\ufeff\u2028é"
        return text[:at] + rng.choice(signs) + text[at + rng.randrange(2) :]
    lines = text.splitlines(keepends=True)
    where = rng.randrange(len(lines))
    return "".join([*lines[:where], lines[where], *lines[where : where + rng.randrange(1, 9)]])


def dump(values: dict[str, Any]) -> str:
    """Return TOML: every top-level key with its value on one line."""
    return "".join(f"{_text(key)} = {_toml(value)}\n" for key, value in values.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _text(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f")
