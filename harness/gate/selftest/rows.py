"""A pair of the self-test as a row of numbers without names, in full and in short.

In full a row has every turn of both processes. In short it has what the gate decides by: the
log-ratio of the times with the machine's speed taken out, memory, and how much either side waited.
A hundred decisions are then some 70 kB of text, which a repository can hold.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.gate.lockstep import slope
from harness.gate.values import SIDES, Pair
from harness.lockstep.sample import Sample

DIGITS = 4
"""Significant digits of what is stored: noise begins at the third."""
TURN, SPEED = 1e-7, 1e-8
"""Units, seconds, in which times of turns and the speeds beside them are whole numbers."""
FIELDS = ("mean", "wall", "cpu", "waited", "peak", "held", "rounds")
RATIO, SHARE, MEMORY = 1e-5, 1e-3, 1024.0
"""Units in which log-ratios, shares of waiting and bytes are whole numbers in short rows."""
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
