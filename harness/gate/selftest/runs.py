"""The runs of the self-test on disk: one line a run, a row of numbers without names a pair.

In full a row has every turn of both processes. In short it has what the gate decides by: the
log-ratio of the times with the machine's speed taken out, memory, and how much either side waited.
A hundred decisions are then some 70 kB of text, which a repository can hold.
"""

from __future__ import annotations

import gzip
import math
import statistics
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from harness import environment as environments
from harness.errors import StoreError
from harness.files import guarded
from harness.gate.couples import slope
from harness.gate.values import SIDES, Pair
from harness.lines import Log
from harness.lockstep.sample import Sample
from harness.types import Environment

NAME = "selftest.jsonl"
PACKED = f"{NAME}.gz"
"""What earlier versions committed; it is read for ever."""
FULL, SHORT = 1, 2
"""Schemas: with every turn of every process, and with ratios alone."""
DIGITS = 4
"""Significant digits of what is stored: noise begins at the third."""
TURN, SPEED = 1e-7, 1e-8
"""Units, seconds, in which times of turns and the speeds beside them are whole numbers."""
FIELDS = ("mean", "wall", "cpu", "waited", "peak", "held", "rounds")
RATIO, SHARE, MEMORY = 1e-5, 1e-3, 1024.0
"""Units in which log-ratios, shares of waiting and bytes are whole numbers in short """
SHORT_FIELDS = (
    "base_time",
    "time_ratio",
    "mean_ratio",
    "base_memory",
    "head_memory",
    "base_waited",
    "head_waited",
)
Row = Sequence[Any]


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
    schema : int
        How it is stored: `FULL` or `SHORT`.
    """

    planted: float
    pairs: tuple[Pair, ...]
    environment: Environment
    started: str
    schema: int = FULL


def store(folder: Path, done: Run) -> Run:
    """Append a run, flushed to the disk, and return it as it will be read."""
    with guarded("make the folder", folder):
        folder.mkdir(parents=True, exist_ok=True)
    log = Log(folder / NAME, _encoded, _decoded)
    log.mend()
    log.append(done)
    return _decoded(_encoded(done))


def shorten(folder: Path, runs: Iterable[Run]) -> None:
    """Write runs in short to a folder; what is there already stays.

    Times are those at the speed of the machine that all pairs of a case tell, where the gate takes
    at each look what those tell that it has until then.
    """
    for run in runs:
        store(folder, replace(run, schema=SHORT))


def stored(folder: Path) -> list[Run]:
    """Return the runs of a folder, or of the machines in it; a torn last line is left out.

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


class _Packed(Log[Run]):
    def open(self) -> BinaryIO:
        return cast("BinaryIO", gzip.open(self.path))


def _read(path: Path) -> list[Run]:
    kind = _Packed if path.suffix == ".gz" else Log
    try:
        return list(kind(path, _encoded, _decoded).read([]))
    except (EOFError, zlib.error) as error:
        raise StoreError(f"{path}: must be whole: {error}; restore it from a copy") from None


def _encoded(done: Run) -> dict[str, Any]:
    cases = list(dict.fromkeys(pair.case for pair in done.pairs))
    if done.schema == SHORT:
        slopes = slopes_of(done.pairs)
        pairs = [short(pair, cases, slopes) for pair in done.pairs]
    else:
        pairs = [full(pair, cases) for pair in done.pairs]
    return {
        "schema": done.schema,
        "planted": done.planted,
        "started": done.started,
        "environment": environments.to_json(done.environment),
        "cases": cases,
        "fields": SHORT_FIELDS if done.schema == SHORT else FIELDS,
        "pairs": pairs,
    }


def _decoded(value: dict[str, Any]) -> Run:
    pair_of = {FULL: of_full, SHORT: of_short}
    try:
        schema = value.get("schema", FULL)
        read = pair_of[schema]
        pairs = tuple(read(row, value["cases"], value["fields"]) for row in value["pairs"])
        snapshot = environments.from_json(value["environment"])
        return Run(value["planted"], pairs, snapshot, value["started"], schema)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise StoreError(f"must be a run of the self-test: {error!r}") from None


def full(pair: Pair, cases: Sequence[str]) -> list[Any]:
    """Return ``[case, index, who was first, [turns, speeds, fields of base], [of head]]``."""
    sides = [
        [_counts(s.turns, TURN), _counts(s.speeds, SPEED), *_numbers(s)]
        for s in (pair.base, pair.head)
    ]
    return [*_head(pair, cases), *sides]


def of_full(row: Row, cases: Sequence[str], names: Sequence[str]) -> Pair:
    """Return the pair of a full row whose fields have these names."""
    case, index, first, base, head = row
    return Pair(cases[case], index, SIDES[first], _sample(base, names), _sample(head, names))


def short(pair: Pair, cases: Sequence[str], slopes: Mapping[str, float]) -> list[Any]:
    """Return ``[case, index, who was first, *SHORT_FIELDS]``; None for what is not known.

    `slopes` say of each case how closely its times follow the machine's speed (`slopes_of`).
    """
    base, head = pair.values("memory")
    return [
        *_head(pair, cases),
        _count(pair.base.seconds, TURN),
        _count(pair.log_ratio("time", slopes[pair.case]), RATIO),
        _count(math.log(pair.head.mean / pair.base.mean), RATIO),
        _count(base, MEMORY),
        _count(head, MEMORY),
        _count(pair.base.waited_share, SHARE),
        _count(pair.head.waited_share, SHARE),
    ]


def of_short(row: Row, cases: Sequence[str], names: Sequence[str]) -> Pair:
    """Return a pair of the ratios of a short row: one turn a side, and a second measured."""
    case, index, first, *numbers = row
    known = dict(zip(names, (math.nan if n is None else n for n in numbers), strict=True))
    time = known["base_time"] * TURN
    sides = [
        Sample(
            time * math.exp(ratio),
            (time * math.exp(ratio),),
            mean=time * math.exp(mean),
            wall=1.0,
            waited=known[f"{side}_waited"] * SHARE,
            peak=known[f"{side}_memory"] * MEMORY,
            held=0.0,
        )
        for side, ratio, mean in (
            ("base", 0.0, 0.0),
            ("head", known["time_ratio"] * RATIO, known["mean_ratio"] * RATIO),
        )
    ]
    return Pair(cases[case], index, SIDES[first], *sides)


def slopes_of(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return of each case how closely its times follow the machine's speed, over all its pairs."""
    names = dict.fromkeys(pair.case for pair in pairs)
    return {name: slope([pair for pair in pairs if pair.case == name]) for name in names}


def _head(pair: Pair, cases: Sequence[str]) -> list[int]:
    return [cases.index(pair.case), pair.index, SIDES.index(pair.first)]


def _counts(values: Sequence[float], unit: float) -> list[int]:
    return [round(value / unit) for value in values]


def _count(value: float, unit: float) -> int | None:
    return round(value / unit) if math.isfinite(value) else None


def _numbers(sample: Sample) -> list[float | None]:
    values = [float(getattr(sample, name)) for name in FIELDS]
    return [None if math.isnan(value) else _cut(value) for value in values]


def _cut(value: float) -> float:
    cut = float(f"{value:.{DIGITS}g}")
    return int(cut) if cut.is_integer() and cut > 1 else cut


def _sample(row: Row, names: Sequence[str]) -> Sample:
    turns, speeds, *numbers = row
    known: dict[str, Any] = dict(
        zip(names, (math.nan if n is None else n for n in numbers), strict=True)
    )
    times = tuple(value * TURN for value in turns)
    beside = tuple(value * SPEED for value in speeds)
    rounds = int(known.pop("rounds"))
    return replace(Sample(statistics.median(times), times, beside, rounds=rounds), **known)
