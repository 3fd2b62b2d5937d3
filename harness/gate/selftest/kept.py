"""The runs of the self-test on disk: one line a run, every value of every process.

Pairs are rows of numbers without names, since a reference of some hundred decisions is committed.
"""

from __future__ import annotations

import gzip
import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness import environment as environments
from harness.errors import StoreError
from harness.gate.values import SIDES, Pair, Sample
from harness.store.lines import LineFile
from harness.types import Environment

NAME = "selftest.jsonl"
DIGITS = 4
"""Significant digits of what is stored: noise begins at the third."""
TURN, SPEED = 1e-7, 1e-8
"""Units in which turns of the workloads, and the speeds beside them, are whole numbers, seconds."""
FIELDS = ("mean", "wall", "cpu", "waited", "peak", "held", "rounds")


@dataclass(frozen=True)
class Run:
    """One run of the gate on itself.

    Attributes
    ----------
    planted : float
        Share of work that head does more.
    pairs : tuple of Pair
        What was measured.
    environment : Environment
        The machine.
    started : str
        ISO 8601.
    """

    planted: float
    pairs: tuple[Pair, ...]
    environment: Environment
    started: str


def store(folder: Path, done: Run) -> Run:
    """Append a run for good, and return it as it will be read."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = list(dict.fromkeys(pair.case for pair in done.pairs))
    line = {
        "schema": 1,
        "planted": done.planted,
        "started": done.started,
        "environment": environments.to_json(done.environment),
        "cases": cases,
        "fields": FIELDS,
        "pairs": [_row(pair, cases) for pair in done.pairs],
    }
    text = json.dumps(line, allow_nan=False, separators=(",", ":"))
    LineFile(folder / NAME).append(text)
    return _decoded(folder / NAME, 0, text)


def stored(folder: Path) -> list[Run]:
    """Return the runs of a folder, or of the machines in it; a torn last line is left out.

    A file that is committed may be packed, as ``selftest.jsonl.gz``.

    Raises
    ------
    StoreError
        If another line is not what `store` writes.
    """
    paths = [*sorted(folder.glob(f"{NAME}*")), *sorted(folder.glob(f"*/{NAME}*"))]
    return [
        _decoded(path, number, line)
        for path in paths
        for number, line in enumerate(_text(path).split("\n")[:-1], start=1)
    ]


def of_this_machine(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that were made on a machine like this one."""
    klass = environments.snapshot().klass
    return [one for one in runs if one.environment.klass == klass]


def _text(path: Path) -> str:
    packed = path.suffix == ".gz"
    return gzip.decompress(path.read_bytes()).decode() if packed else path.read_text("utf-8")


def _row(pair: Pair, cases: list[str]) -> list[Any]:
    """Return ``[case, index, who was first, [turns, speeds, fields of base], [of head]]``."""
    sides = [
        [_counts(s.turns, TURN), _counts(s.speeds, SPEED), *_numbers(s)]
        for s in (pair.base, pair.head)
    ]
    return [cases.index(pair.case), pair.index, SIDES.index(pair.first), *sides]


def _counts(seconds: Sequence[float], unit: float) -> list[int]:
    return [round(value / unit) for value in seconds]


def _numbers(sample: Sample) -> list[float | None]:
    values = [float(getattr(sample, name)) for name in FIELDS]
    return [None if math.isnan(value) else _cut(value) for value in values]


def _cut(value: float) -> float:
    cut = float(f"{value:.{DIGITS}g}")
    return int(cut) if cut.is_integer() and cut > 1 else cut


def _decoded(path: Path, number: int, line: str) -> Run:
    try:
        value: dict[str, Any] = json.loads(line)
        pairs = tuple(_pair(row, value["cases"], value["fields"]) for row in value["pairs"])
        snapshot = environments.from_json(value["environment"])
        return Run(value["planted"], pairs, snapshot, value["started"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StoreError(f"{path}:{number}: must be a run of the self-test: {error!r}") from None


def _pair(row: list[Any], cases: list[str], names: list[str]) -> Pair:
    case, index, first, base, head = row
    return Pair(cases[case], index, SIDES[first], _sample(base, names), _sample(head, names))


def _sample(row: list[Any], names: list[str]) -> Sample:
    turns, speeds, *numbers = row
    known: dict[str, Any] = dict(
        zip(names, (math.nan if n is None else n for n in numbers), strict=True)
    )
    times = tuple(value * TURN for value in turns)
    beside = tuple(value * SPEED for value in speeds)
    rounds = int(known.pop("rounds"))
    return replace(Sample(statistics.median(times), times, beside, rounds=rounds), **known)
