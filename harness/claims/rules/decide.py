"""The two decisions that rules about numbers share: a range, and a quoted size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from harness.claims import text
from harness.claims.estimate import ROUNDING, Estimate
from harness.claims.rules.rule import ALPHA
from harness.numerals import apart, span
from harness.statistics import Location
from harness.statistics.spreads import Median
from harness.types import Finding, Grounds, Interval, VerdictName

# Runs for a 90 % chance of "reproduced" when the claim is exactly true: (2 * 1.645 s / tol)^2.
RUNS_FACTOR = (2.0 * 1.6449) ** 2
MANY_RUNS = 100
NEVER, MOST_RUNS = 1_000.0, 1_000_000
"""From this many tolerances of noise on, the runs needed are not worth a number."""
UNSTEADY = "the runs of a fixed number differ by more than a tenth of their distance from the bound"


def finding(
    estimate: Estimate,
    verdict: VerdictName,
    reason: str,
    p_contradict: float | None,
    grounds: Grounds,
) -> Finding:
    """Return a finding that carries the numbers of an estimate."""
    return Finding(
        verdict,
        reason,
        measured=estimate.measured,
        interval=estimate.shown(),
        n=estimate.n,
        over=estimate.over,
        p_contradict=p_contradict,
        grounds=grounds,
    )


def deciding(estimate: Estimate, level: float) -> Interval:
    """Return the interval at which it was decided; the one shown where that has no end."""
    it = estimate.interval(level)
    return it if math.isfinite(it.high - it.low) else estimate.shown()


def grounds(
    estimate: Estimate, level: float, low: float, high: float, size: float | None = None
) -> Grounds:
    """Return what decides about an estimate: its interval at a level, and a band around a size."""
    it = None if estimate.fixed else deciding(estimate, level)
    return Grounds(it, low, high, size, estimate.values)


def in_words(estimate: Estimate, on: Grounds, tail: str) -> str:
    """Return ``"mean 97 %, 90 % interval 96 to 98 %, over 10 seeds `tail`"`` and the notes."""
    if on.interval is None:
        return text.sentence((f"{_fixed(estimate, on)} {tail}", *estimate.notes))
    shown = text.interval(on.interval, estimate.unit, (on.low, on.high))
    first = f"{estimate.words()}, {shown}, {estimate.count()} {tail}"
    return text.sentence((first, *estimate.notes))


def _fixed(estimate: Estimate, on: Grounds) -> str:
    """Return ``"0.5 in 2 of 2 runs"``: a fact, which is not dressed as statistics."""
    it = estimate.interval()
    ends = dict.fromkeys(apart(end, estimate.unit, (on.low, on.high)) for end in (it.low, it.high))
    runs = text.many(estimate.n, "runs" if estimate.over != "examples" else estimate.over)
    return f"{' to '.join(ends)} in {estimate.n} of {runs}"


@dataclass(frozen=True)
class _Decision:
    """Whether an estimate is shown to lie in a band, at what level, and the p-value that it does.

    No p-value where chance has no part in it.
    """

    verdict: VerdictName
    level: float
    p: float | None


def _decided(estimate: Estimate, low: float, high: float, alpha: float) -> _Decision:
    p_out, p_in = estimate.outside(low, high), estimate.inside(low, high)
    p = None if estimate.fixed and p_in in (0.0, 1.0) else p_in
    both = 1.0 - 2.0 * alpha
    if p_out <= alpha:
        return _Decision("reproduced", both, p)
    if p_in <= alpha:
        return _Decision("contradicted", 1.0 - alpha if math.isfinite(high - low) else both, p)
    return _Decision("inconclusive", both, p)


def judge_range(estimate: Estimate, low: float, high: float, alpha: float = ALPHA) -> Finding:
    """Judge a range: shown to lie in it, or shown to lie outside, at `alpha` each.

    Its ends lie further out by rounding: 0.1 + 0.2 is at most 0.3.
    """
    ends = low - ROUNDING * abs(low), high + ROUNDING * abs(high)
    found = _decided(estimate, *ends, alpha)
    on = grounds(estimate, found.level, low, high)
    if found.verdict == "inconclusive":
        few = too_few(estimate, alpha, *ends)
        inner = estimate.interval(found.level)
        reason = text.sentence((in_words(estimate, on, _undecided(inner, on, few, estimate)), few))
    else:
        tell = text.within if found.verdict == "reproduced" else text.beyond
        reason = in_words(estimate, on, tell(low, high, estimate.unit))
    return finding(estimate, found.verdict, reason, found.p, on)


def _undecided(inner: Interval, on: Grounds, few: str, estimate: Estimate) -> str:
    """Return how an interval lies to a range; where runs are too few, on which side it is seen."""
    low, high, unit = on.low, on.high, estimate.unit
    if few:
        within, beyond = (of(low, high, unit) for of in (text.within, text.beyond))
        if side := _side(on.interval or inner, low, high, within, beyond):
            return side
    wide = (inner.high - inner.low) > (high - low)
    return f"{'is too wide for' if wide else 'is on the edge of'} {text.band(low, high, unit)}"


def _side(it: Interval, low: float, high: float, within: str, beyond: str) -> str:
    """Return the words for an interval that lies on one side of a range's ends, else nothing."""
    if low <= it.low and it.high <= high:
        return within
    return beyond if it.high < low or it.low > high else ""


def too_few(estimate: Estimate, alpha: float, low: float, high: float) -> str:
    """Say that so few runs could have shown nothing, or contradicted nothing."""
    runs, least = text.many(estimate.n, estimate.over), 0.5**estimate.n
    need = math.ceil(-math.log2(alpha))
    if estimate.fixed:
        all_beyond = least in (estimate.outside(low, high), estimate.inside(low, high))
        return f"{UNSTEADY}, and {need} are needed" if all_beyond and least > alpha else ""
    if not isinstance(estimate.spread, Median):
        return ""
    if least > alpha:
        return f"{runs} can show nothing of a median, {need} are needed"
    both = math.isfinite(low) and math.isfinite(high)
    if not both or 2.0 * least <= alpha or estimate.inside(low, high) > 2.0 * least:
        return ""
    need = math.ceil(-math.log2(alpha / 2.0))
    return f"{runs} cannot show a median beyond one of two ends, {need} are needed"


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


@lru_cache  # every track of a claim asks for it, and every look
def quoted(size: float, tolerance: float, unit: str = "", *, relative: bool = False) -> Quoted:
    """Return ``size +- tolerance``; of a ratio the tolerance is a share of the size.

    The band is wider by rounding (one part in 10^12), so that 0.34 lies within 0.33 +- 0.01.
    """
    half = abs(size) * tolerance if relative else tolerance
    slack = ROUNDING * (abs(size) + half)
    words = text.quoted(size, tolerance, unit)
    if relative:
        words = f"{text.said(size, unit)} ± {text.said(tolerance, 'fraction')}"
    return Quoted(size, size - half - slack, size + half + slack, words)


def judge_size(estimate: Estimate, quote: Quoted, alpha: float = ALPHA) -> Finding:
    """Judge a quoted size: TOST around it; contradicted if no single run explains it either."""
    found = _decided(estimate, quote.low, quote.high, alpha)
    p = None if found.p is None else max(found.p, estimate.p_run(quote.size))
    on = grounds(estimate, found.level, quote.low, quote.high, quote.size)
    if found.verdict == "inconclusive":
        return finding(estimate, found.verdict, _open(estimate, quote, on, alpha), p, on)
    tail = f"lies {'within' if found.verdict == 'reproduced' else 'outside'} {quote.words}"
    reason = in_words(estimate, on, tail)
    lucky = _one_run(estimate, quote.size, alpha) if found.verdict == "contradicted" else ""
    if lucky:
        reason = text.sentence((f"a lucky draw: {reason}", lucky))
        return finding(estimate, "inconclusive", reason, p, on)
    return finding(estimate, found.verdict, reason, p, on)


def _one_run(estimate: Estimate, size: float, alpha: float) -> str:
    """Return how a single run explains the quoted size, or nothing if none would."""
    if estimate.run is None or estimate.p_run(size) <= alpha:
        return ""
    run = estimate.one_run(1.0 - alpha)
    shown = span(run, estimate.unit, (size,)), text.said(size, estimate.unit)
    return "one run alone would fall in {} and may well give {}".format(*shown)


def _open(estimate: Estimate, quote: Quoted, on: Grounds, alpha: float) -> str:
    """Return why nothing can be said, and how many runs would settle it."""
    if estimate.fixed:
        few = too_few(estimate, alpha, quote.low, quote.high)
        return text.sentence((in_words(estimate, on, f"is not clearly {quote.words}"), few))
    inner = estimate.interval(1.0 - 2.0 * alpha)
    few = too_few(estimate, alpha, quote.low, quote.high)
    half, tolerance = (inner.high - inner.low) / 2.0, (quote.high - quote.low) / 2.0
    within, beyond = (f"lies {where} {quote.words}" for where in ("within", "outside"))
    tail = _side(on.interval or inner, quote.low, quote.high, within, beyond) if few else ""
    if tail or half <= tolerance:
        tail = tail or f"is on the edge of {quote.words}"
        return text.sentence((in_words(estimate, on, tail), few))
    runs = _runs_needed(estimate, quote)
    if runs > MANY_RUNS:
        tail = f"cannot meet {quote.words}: the tolerance is finer than the noise of a seed"
    else:
        tail = f"is too wide for {quote.words}"
    more = text.many(runs, estimate.over)
    need = f"about {more} would settle it" if 0 < runs < MOST_RUNS else ""
    return text.sentence((in_words(estimate, on, tail), few or need))


def _runs_needed(estimate: Estimate, quote: Quoted) -> int:
    """Return how many seeds would make "reproduced" likely; 0 where no t interval says it."""
    if not isinstance(estimate.spread, Location) or estimate.run is None:
        return 0
    sd = estimate.spread.se * math.sqrt(estimate.n)
    width = math.log(quote.high / quote.size) if estimate.log else quote.high - quote.size
    if sd >= NEVER * width:
        return MOST_RUNS
    return math.ceil(RUNS_FACTOR * (sd / width) ** 2)
