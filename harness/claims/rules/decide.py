"""The two decisions that rules about numbers share: a range, and a quoted size."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from harness.claims import text
from harness.claims.estimate import Estimate
from harness.numerals import number, span
from harness.types import Finding

INSIDE, OUTSIDE = 0.90, 0.95
# Runs for a 90 % chance of "reproduced" when the claim is exactly true: (2 * 1.645 s / tol)^2.
RUNS_FACTOR = (2.0 * 1.6449) ** 2
MANY_RUNS = 100


def finding(estimate: Estimate, **changes: object) -> Finding:
    """Return a finding that carries the numbers of an estimate."""
    base = Finding(
        "inconclusive",
        "",
        measured=estimate.measured,
        interval=estimate.interval(OUTSIDE),
        n=estimate.n,
        over=estimate.over,
    )
    return replace(base, **changes)  # type: ignore[arg-type] # names of fields of Finding


def in_words(estimate: Estimate, level: float, tail: str) -> str:
    """Return ``"mean 97 %, 90 % interval 96 to 98 %, over 10 seeds `tail`"`` and the notes."""
    it = estimate.interval(level)
    spread = "all equal" if estimate.exact else text.interval(it, estimate.unit)
    first = f"{estimate.words()}, {spread}, {estimate.count()} {tail}"
    return text.sentence((first, *estimate.notes))


def judge_range(estimate: Estimate, low: float, high: float) -> Finding:
    """Judge a range: 90 % interval inside it, or 95 % interval disjoint from it."""
    inner, outer = estimate.interval(INSIDE), estimate.interval(OUTSIDE)
    p = estimate.p_inside(low, high)
    if inner.inside(low, high):
        reason = in_words(estimate, INSIDE, text.within(low, high, estimate.unit))
        return finding(estimate, verdict="reproduced", reason=reason, p_contradict=p)
    if outer.disjoint(low, high):
        reason = in_words(estimate, OUTSIDE, text.beyond(low, high, estimate.unit))
        return finding(estimate, verdict="contradicted", reason=reason, p_contradict=p)
    wide = (inner.high - inner.low) > (high - low)
    tail = "is too wide for" if wide else "is on the edge of"
    reason = in_words(estimate, INSIDE, f"{tail} {text.band(low, high, estimate.unit)}")
    return finding(estimate, reason=reason, p_contradict=p)


@dataclass(frozen=True)
class Quoted:
    """A quoted size with its band, in the metric's own unit.

    Attributes
    ----------
    size, low, high : float
        The quoted number and the ends of its tolerance.
    words : str
        ``"97.37 % ± 0.3"``.
    """

    size: float
    low: float
    high: float
    words: str


def quoted(size: float, tolerance: float, unit: str = "", *, relative: bool = False) -> Quoted:
    """Return ``size +- tolerance``; of a ratio the tolerance is a share of the size.

    The band is wider by rounding (one part in 10^12), so that 0.34 lies within 0.33 +- 0.01.
    """
    half = abs(size) * tolerance if relative else tolerance
    slack = 1e-12 * (abs(size) + half)
    words = text.quoted(size, tolerance, unit)
    if relative:
        words = f"{number(size, unit)} ± {number(tolerance, 'fraction')}"
    return Quoted(size, size - half - slack, size + half + slack, words)


def judge_size(estimate: Estimate, quote: Quoted) -> Finding:
    """Judge a quoted size: TOST around it; contradicted if no single run explains it either."""
    low, high = quote.low, quote.high
    inside = estimate.p_inside(low, high)
    p = None if inside is None else max(inside, estimate.p_run(quote.size))
    if estimate.interval(INSIDE).inside(low, high):
        reason = in_words(estimate, INSIDE, f"lies within {quote.words}")
        return finding(estimate, verdict="reproduced", reason=reason, p_contradict=p)
    if not estimate.interval(OUTSIDE).disjoint(low, high):
        return finding(estimate, reason=_open(estimate, quote), p_contradict=p)
    tail, lucky = f"lies outside {quote.words}", _one_run(estimate, quote.size)
    if lucky:
        reason = text.sentence((f"a lucky draw: {in_words(estimate, OUTSIDE, tail)}", lucky))
        return finding(estimate, reason=reason, p_contradict=p)
    return finding(
        estimate, verdict="contradicted", reason=in_words(estimate, OUTSIDE, tail), p_contradict=p
    )


def _one_run(estimate: Estimate, size: float) -> str:
    """Return how a single run explains the quoted size, or nothing if none would."""
    run = estimate.prediction(OUTSIDE)
    if run is None or run.disjoint(size, size):
        return ""
    size_shown = number(size, estimate.unit)
    return f"one run alone would fall in {span(run, estimate.unit)} and may well give {size_shown}"


def _open(estimate: Estimate, quote: Quoted) -> str:
    """Return why nothing can be said, and how many runs would settle it."""
    inner = estimate.interval(INSIDE)
    half, tolerance = (inner.high - inner.low) / 2.0, (quote.high - quote.low) / 2.0
    if half <= tolerance:
        return in_words(estimate, INSIDE, f"is on the edge of {quote.words}")
    runs = _runs_needed(estimate, quote)
    if runs > MANY_RUNS:
        tail = f"cannot meet {quote.words}: the tolerance is finer than the noise of a seed"
    else:
        tail = f"is too wide for {quote.words}"
    need = f"about {text.many(runs, 'seeds')} would settle it" if 0 < runs < 1e6 else ""
    return text.sentence((in_words(estimate, INSIDE, tail), need))


def _runs_needed(estimate: Estimate, quote: Quoted) -> int:
    """Return how many seeds would make "reproduced" likely; 0 where seeds are not what varies."""
    if estimate.run is None or estimate.n < 2:
        return 0
    sd = estimate.run.se / math.sqrt(1.0 + 1.0 / estimate.n)
    width = math.log(quote.high / quote.size) if estimate.log else quote.high - quote.size
    return math.ceil(RUNS_FACTOR * (sd / width) ** 2)
