"""Where the numbers of a claim lie beside each other: the geometry of its strip.

A strip is a thousand steps wide. In it lie the band that a claim allows, the number it quotes, and
for each track the interval that decided and every run.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.numerals import SHARES, tick
from harness.types import Finding, Grounds, Verdict

WIDTH = 1000
MARGIN = 0.06
FAR = 50.0
"""From this factor between its ends on, a strip of positive numbers is logarithmic."""
TICKS = 4
"""Numbers along a strip, about."""
_SMALLEST, _LARGEST = sys.float_info.min, sys.float_info.max


@dataclass(frozen=True)
class Lane:
    """One track: the interval that decided, the estimate in it, and every run."""

    low: int
    middle: int
    high: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class Strip:
    """The strip of a claim.

    Attributes
    ----------
    band : tuple of int
        Ends of what the claim allows.
    size : int or None
        The quoted number.
    reach : tuple of float
        What the strip reaches from and to.
    log : bool
        Whether it is logarithmic.
    ticks : tuple of (int, str)
        Numbers along it, where they lie and as text.
    lanes : tuple of Lane or None
        One for each finding; None of those without numbers.
    """

    band: tuple[int, int]
    size: int | None
    reach: tuple[float, float]
    log: bool
    ticks: tuple[tuple[int, str], ...]
    lanes: tuple[Lane | None, ...]


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    log: bool = False

    def at(self, value: float) -> int:
        """Return the step of a value; the ends hold what lies beyond them."""
        if math.isnan(value) or (self.log and value <= 0.0):
            return 0
        place = (self._of(value) - self._of(self.low)) / (self._of(self.high) - self._of(self.low))
        return round(WIDTH * min(1.0, max(0.0, place)))

    def _of(self, value: float) -> float:
        return math.log(value) if self.log and math.isfinite(value) else value


def strip(verdict: Verdict, unit: str) -> Strip | None:
    """Return the strip of a claim; None where nothing was compared."""
    grounds = [finding.grounds for finding in verdict.findings if finding.grounds]
    if not grounds:
        return None
    scale = _scale(list(_numbers(verdict.findings)), verdict.unit)
    if scale is None:
        return None
    first = grounds[0]
    return Strip(
        band=(scale.at(first.low), scale.at(first.high)),
        size=None if first.size is None else scale.at(first.size),
        reach=(scale.low, scale.high),
        log=scale.log,
        ticks=tuple((scale.at(value), tick(value, unit)) for value in _ticks(scale, unit)),
        lanes=tuple(_lane(finding, scale) for finding in verdict.findings),
    )


def distance(finding: Finding) -> float | None:
    """Return how far a number lies from the middle of its band, in half widths of it.

    None where the band is open or has no width, unless a number without a band is hit or missed.
    """
    on, measured = finding.grounds, finding.measured
    if on is None or measured is None or math.isnan(measured):
        return None
    half = (on.high - on.low) / 2.0
    if not math.isfinite(half):
        return None
    middle = on.low + half
    off = abs(measured - middle)
    if half <= 1e-9 * max(1.0, abs(middle)):
        return 0.0 if off <= half else math.inf
    return off / half


def _numbers(findings: Sequence[Finding]) -> Iterable[float]:
    for finding in findings:
        if (on := finding.grounds) is not None:
            yield from (value for value in _of(on, finding) if math.isfinite(value))


def _of(on: Grounds, finding: Finding) -> Iterable[float]:
    yield from (on.low, on.high, *on.values)
    yield from () if on.size is None else (on.size,)
    yield from () if finding.measured is None else (finding.measured,)
    yield from () if on.interval is None else (on.interval.low, on.interval.high)


def _scale(values: Sequence[float], unit: str) -> _Scale | None:
    if not values:
        return None
    low, high = min(values), max(values)
    if low > 0.0 and high / low >= FAR and unit not in SHARES:
        room = min(high / low, _LARGEST) ** MARGIN
        return _Scale(max(low / room, _SMALLEST), min(high * room, _LARGEST), log=True)
    room = MARGIN * ((high - low) or abs(low) or 1.0)
    below, above = low - room, high + room
    if not math.isfinite(above - below):
        return None
    if unit in SHARES and low >= 0.0 and high <= 1.0:
        below, above = max(0.0, below), min(1.0, above)
    return _Scale(below, above)


def _lane(finding: Finding, scale: _Scale) -> Lane | None:
    on = finding.grounds
    if on is None or finding.measured is None:
        return None
    middle = scale.at(finding.measured)
    low, high = (
        (middle, middle)
        if on.interval is None
        else (scale.at(on.interval.low), scale.at(on.interval.high))
    )
    return Lane(low, middle, high, on.values)


def _ticks(scale: _Scale, unit: str) -> list[float]:
    """Return round numbers along a scale: powers of ten, or multiples of 1, 2 or 5 of one.

    Memory is rounded to powers of two.
    """
    if unit == "bytes":
        return _powers_of_two(scale)
    if scale.log:
        first, last = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
        every = max(1, -(-(last - first + 1) // TICKS))
        return [10.0**power for power in range(first, last + 1, every)]
    rough = (scale.high - scale.low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= rough)
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    return [index * step for index in range(first, last + 1)]


def _powers_of_two(scale: _Scale) -> list[float]:
    if scale.log:
        first, last = math.ceil(math.log2(scale.low)), math.floor(math.log2(scale.high))
        every = max(1, -(-(last - first + 1) // TICKS))
        return [2.0**power for power in range(first, last + 1, every)]
    step = 2.0 ** math.ceil(math.log2((scale.high - scale.low) / TICKS))
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    return [index * step for index in range(first, last + 1)]
