"""Changes that most cases share, reported once."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from harness.gate.values import QUANTITIES, Decision, GateVerdict, Quantity

FEWEST = 3
"""Cases from which a change can be said to be shared."""
SHARE = 0.75
"""Share of the cases measured that have to take part."""
SPREAD = 2.0
"""How many times the middle change, or a fraction of it, a change may be to count as alike."""
MOVED: tuple[GateVerdict, ...] = ("regressed", "improved")


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
