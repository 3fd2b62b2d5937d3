"""The runs of the self-test on disk: one line a run, every value of every process.

Pairs are rows of numbers without names, since a reference of some hundred decisions is committed.
"""

from __future__ import annotations

import gzip
import json
import math
import statistics
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from harness import environment as environments
from harness.errors import StoreError
from harness.files import guarded
from harness.gate.values import SIDES, Pair, Sample
from harness.store.codec import parse_object
from harness.store.lines import LineFile
from harness.types import Environment

NAME = "selftest.jsonl"
PACKED = f"{NAME}.gz"
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
    with guarded("make the folder", folder):
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
    file = LineFile(folder / NAME)
    file.mend()
    file.append(text)
    return _decoded(text)


def stored(folder: Path) -> list[Run]:
    """Return the runs of a folder, or of the machines in it; a torn last line is left out.

    A file that is committed may be packed, as ``selftest.jsonl.gz``.

    Raises
    ------
    StoreError
        If another line is not what `store` writes.
    """
    names = (NAME, PACKED, f"*/{NAME}", f"*/{PACKED}")
    with guarded("read the folder", folder):
        paths = [path for name in names for path in sorted(folder.glob(name))]
    return [run for path in paths for run in _read(path)]


def of_this_machine(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that were made on a machine like this one."""
    klass = environments.snapshot().klass
    return [one for one in runs if one.environment.klass == klass]


class _Packed(LineFile):
    def open(self) -> BinaryIO:
        return cast("BinaryIO", gzip.open(self.path))


def _read(path: Path) -> list[Run]:
    file = _Packed(path) if path.suffix == ".gz" else LineFile(path)
    try:
        return list(file.read([], _decoded))
    except (EOFError, zlib.error) as error:
        raise StoreError(f"{path}: must be whole: {error}; restore it from a copy") from None


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


def _decoded(line: str) -> Run:
    value = parse_object(line)
    try:
        pairs = tuple(_pair(row, value["cases"], value["fields"]) for row in value["pairs"])
        snapshot = environments.from_json(value["environment"])
        return Run(value["planted"], pairs, snapshot, value["started"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise StoreError(f"must be a run of the self-test: {error!r}") from None


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
