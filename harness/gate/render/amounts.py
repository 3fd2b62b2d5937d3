"""The numbers of a decision in words: no digit that the interval of the ratio did not earn.

And changes that decisions have in common, told once.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.gate.units import LARGE, is_large, signed, unit
from harness.gate.values import QUANTITIES, Decision, GateVerdict, Quantity, SideName
from harness.numerals import DASH, number, places_of
from harness.types import Interval

MOST_PLACES = 2
PLAIN_DIGITS, LEAST_DIGITS = 3, 2
UNITS: Mapping[Quantity, str] = {"time": "seconds", "memory": "bytes", "device_memory": "bytes"}
FEWEST = 3
"""Cases from which a change can be said to be shared."""
SHARE = 0.75
"""Share of the cases measured that have to take part."""
SPREAD = 2.0
"""How many times the middle change, or a fraction of it, a change may be to count as alike."""
MOVED: tuple[GateVerdict, ...] = ("regressed", "improved")


def change(decision: Decision) -> str:
    """Return how much larger head is than base: ``"+5.2 %"``, ``"−3.1 %"``, ``"2.31×"``."""  # noqa: RUF002 as shown
    return relative(decision.ratio, decision.interval)


def change_span(decision: Decision) -> str:
    """Return the interval of the change: ``"+4.1 to +6.3 %"``; a dash without one."""
    ratio, interval = decision.ratio, decision.interval
    if interval is None or math.isnan(ratio):
        return DASH
    large = is_large(ratio)
    if math.isinf(interval.high):
        low = _signed(interval.low, ratio, interval, large=large)
        return f"{low}{unit(large=large)} or more" if interval.low > 0 else "unbounded"
    ends = (_signed(end, ratio, interval, large=large) for end in (interval.low, interval.high))
    return " to ".join(ends) + unit(large=large)


def changed(decision: Decision) -> str:
    """Return the change with its interval: ``"+5.2 % (+4.1 to +6.3 %)"``."""
    spread = change_span(decision)
    return change(decision) if spread == DASH else f"{change(decision)} ({spread})"


def relative(ratio: float, interval: Interval | None = None) -> str:
    """Return a ratio as a change, at the digits that its interval earns.

    Parameters
    ----------
    ratio : float
        head / base; nan reads as a dash.
    interval : Interval or None
        Of the ratio; without one, one digit is shown, two where the first is a 1 or the
        number is larger.
    """
    if math.isnan(ratio):
        return DASH
    if math.isinf(ratio):
        return "infinite"
    large = is_large(ratio)
    return _signed(ratio, ratio, interval, large=large) + unit(large=large)


def detectable(decision: Decision) -> str:
    """Return the smallest slow-down that would have been called: ``"2.1 %"``.

    A dash where the pairs were too few for any to be called, however large.
    """
    if not math.isfinite(decision.detectable):
        return DASH
    if decision.detectable >= LARGE:
        return number(decision.detectable, "ratio", digits=2)
    return number(decision.detectable - 1.0, "fraction", digits=2)


def amount(decision: Decision, side: SideName) -> str:
    """Return the median of a side in the unit that fits: ``"81.2 ms"``, ``"48 MiB"``.

    A side is known no better than the ratio is, so it gets the digits that the relative width of
    the ratio's interval earns, three at most and two at least: one may be off by a third.
    """
    value = decision.base if side == "base" else decision.head
    if math.isnan(value):
        return DASH
    return number(value, UNITS[decision.quantity], digits=_digits(value, decision))


def _digits(value: float, decision: Decision) -> int:
    interval, ratio = decision.interval, decision.ratio
    if interval is None or not (value > 0 and 0 < ratio < math.inf):
        return PLAIN_DIGITS
    half = value * (interval.high - interval.low) / 2 / ratio
    if not 0 < half < math.inf:
        return LEAST_DIGITS if half else PLAIN_DIGITS
    first = -places_of(half)  # the power of ten of the last digit earned
    return max(LEAST_DIGITS, min(PLAIN_DIGITS, math.floor(math.log10(value)) - first + 1))


def _signed(value: float, ratio: float, interval: Interval | None, *, large: bool) -> str:
    """Return the ratio or an end of its interval; a factor keeps two digits however small it is."""
    places = _places(ratio, interval, large=large)
    if large and interval is not None and 0 < value < math.inf:
        places = max(places, 1 - math.floor(math.log10(value)))
    return signed(value, places, large=large)


def _places(ratio: float, interval: Interval | None, *, large: bool) -> int:
    half = math.nan if interval is None else (interval.high - interval.low) / 2
    scaled = half if large else 100.0 * half
    if 0 < scaled < math.inf:
        return min(places_of(scaled), MOST_PLACES)
    size = abs(ratio if large else 100.0 * (ratio - 1.0))
    if not 0 < size < math.inf:
        return 0
    return max(0, places_of(size) if large else min(1, places_of(size)))


@dataclass(frozen=True)
class SharedChange:
    """A change that most cases of a run share.

    Attributes
    ----------
    quantity : {'time', 'memory', 'device_memory'}
        Of what.
    verdict : {'regressed', 'improved'}
        The verdict on each of them.
    cases : tuple of str
        Those that share it.
    of : int
        Cases of which the quantity was compared.
    low, high : float
        Smallest and largest ratio.
    """

    quantity: Quantity
    verdict: GateVerdict
    cases: tuple[str, ...]
    of: int
    low: float
    high: float


def shared_changes(decisions: Sequence[Decision]) -> tuple[SharedChange, ...]:
    """Return the changes shared by three quarters of the cases, and by three at least.

    Changes are alike when their log-ratios, or else their amounts, lie within a factor of two
    of the middle one.
    """
    found = []
    for quantity in QUANTITIES:
        measured = [d for d in decisions if d.quantity == quantity and d.pairs]
        for verdict in MOVED:
            alike = _alike([d for d in measured if d.verdict == verdict])
            if len(alike) >= max(FEWEST, SHARE * len(measured)):
                ratios = [d.ratio for d in alike]
                cases = tuple(d.case for d in alike)
                ends = min(ratios), max(ratios)
                found.append(SharedChange(quantity, verdict, cases, len(measured), *ends))
    return tuple(found)


def _alike(decisions: Sequence[Decision]) -> Sequence[Decision]:
    """Return those whose change is like the middle one, in ratio or in amount."""
    by_ratio = [_logarithm(decision.ratio) for decision in decisions]
    by_amount = [abs(decision.head - decision.base) for decision in decisions]
    groups = [
        [d for d, size in zip(decisions, sizes, strict=True) if _within_spread(size, sizes)]
        for sizes in (by_ratio, by_amount)
    ]
    return max(groups, key=len)


def _within_spread(size: float, sizes: Sequence[float]) -> bool:
    middle = statistics.median(sizes)
    return middle > 0 and middle / SPREAD <= size <= middle * SPREAD


def _logarithm(ratio: float) -> float:
    return abs(math.log(ratio)) if ratio > 0 else math.inf
