"""Which is better: paired tests of one case against another, or against a whole grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from harness.claims import text
from harness.claims.comparison import Comparison, compare, worst
from harness.claims.rules.decide import finding, grounds, in_words
from harness.claims.rules.rule import Evidence, Rule, kind_of_all
from harness.claims.rules.sizes import both
from harness.claims.select import ambiguity, differing, matches
from harness.claims.text import Undecided
from harness.claims.values import Values, paired
from harness.config.claim import Claim
from harness.numerals import chance
from harness.statistics import Location
from harness.types import Case, Finding, VerdictName


def better(evidence: Evidence) -> Finding:
    """Judge "A is better than B" by a paired test."""
    goal, alpha = evidence.claim.goal, evidence.alpha
    a, b, side = both(evidence, worst(goal))
    result = compare(a, b, side.kind, side.over, goal)
    unit = text.unit_shown(evidence.claim.unit, "better")
    estimate = replace(result.estimate, notes=(*result.estimate.notes, *side.notes), unit=unit)
    p = None if result.certain else result.p_lose
    level = 1.0 - 2.0 * alpha
    on = grounds(estimate, level, *_ahead(goal))
    estimate = replace(estimate, notes=(*estimate.notes, *_unlike(result, level, alpha)))
    if result.p_win <= alpha:
        reason = in_words(estimate, on, f"favours the first{_p(result.p_win, result)}")
        return finding(estimate, "reproduced", reason, p, on)
    if result.p_lose <= alpha:
        reason = in_words(estimate, on, f"favours the second{_p(result.p_lose, result)}")
        return finding(estimate, "contradicted", reason, p, on)
    reason = in_words(estimate, on, f"favours neither{_p(result.p_win, result)}")
    reason = text.sentence((reason, _few(result, alpha)))
    return finding(estimate, "inconclusive", reason, p, on)


def _ahead(goal: str) -> tuple[float, float]:
    """Return the band of differences at which the first is better."""
    return (0.0, math.inf) if goal == "larger" else (-math.inf, 0.0)


def _p(p: float, result: Comparison) -> str:
    return "" if result.certain else f" (one-sided {chance('p', p)})"


def _unlike(result: Comparison, level: float, alpha: float) -> tuple[str, ...]:
    """Say why an interval of t does not show what the test by signs of differences has found."""
    estimate = result.estimate
    if not isinstance(estimate.spread, Location) or _few(result, alpha):
        return ()
    it = estimate.interval(level)
    found = min(result.p_win, result.p_lose) <= alpha
    if found != (it.low <= 0.0 <= it.high):
        return ()
    return ("the interval takes differences to be normal, the test does not",)


def _few(result: Comparison, alpha: float) -> str:
    """Say when no outcome at all could have been significant."""
    estimate = result.estimate
    if estimate.over == "examples" or result.certain or 0.5**estimate.n <= alpha:
        return ""
    runs = text.many(estimate.n, estimate.over)
    least = f"the smallest p that {runs} can give is {0.5**estimate.n:g}"
    return f"{least}, {math.ceil(-math.log2(alpha))} are needed"


def best(evidence: Evidence) -> Finding:
    """Judge "X is the best of the grid" by the paired test against every rival.

    No correction is needed for winning, since every test must agree. A rival is said to beat the
    quoted winner when the smallest p-value times the number of rivals is below 5 % (Bonferroni).
    """
    claim = evidence.claim
    grid = evidence.track.sides[0]
    problem = ambiguity(claim, grid)
    if problem:
        raise Undecided(problem)
    winner = next(case for case in grid if matches(case, claim.expect.best or {}))
    rivals = [case for case in grid if case.id != winner.id]
    quoted = evidence.values(winner, worst(claim.goal))
    results = [_against(evidence, quoted, rival) for rival in rivals]
    found = _ranking(results, [_name(rival, grid) for rival in rivals], evidence.alpha)
    low, high = _ahead(claim.goal)
    on = found.grounds
    return replace(found, grounds=replace(on, low=low, high=high)) if on else found


def _against(evidence: Evidence, winner: Values, rival: Case) -> Comparison:
    goal = evidence.claim.goal
    other = evidence.values(rival, worst(goal))
    (a, b), notes = paired([winner, other])
    kind = kind_of_all((winner, other), evidence.claim.metric)
    result = compare(a, b, kind, winner.over, goal)
    unit = text.unit_shown(evidence.claim.unit, "best")
    estimate = replace(result.estimate, notes=(*result.estimate.notes, *notes), unit=unit)
    return replace(result, estimate=estimate)


def _name(case: Case, grid: Sequence[Case]) -> str:
    return ", ".join(f"{name} {case.known_by.get(name)}" for name in differing(grid))


def _ranking(results: Sequence[Comparison], names: Sequence[str], alpha: float) -> Finding:
    """Return the finding; its numbers are those against the rival that decides."""
    number = len(results)
    loss = min(range(number), key=lambda i: results[i].p_lose)
    hardest = max(range(number), key=lambda i: results[i].p_win)
    p = min(1.0, number * results[loss].p_lose)
    certain = all(result.certain for result in results)
    told = _p(results[hardest].p_win, results[hardest])
    if p <= alpha:
        verdict: VerdictName = "contradicted"
        against = f"{chance('p', p)} among {text.many(number, 'rivals')}"
        at, tail = loss, f"favours {names[loss]} ({against})"
    elif results[hardest].p_win <= alpha:
        verdict = "reproduced"
        at, tail = hardest, f"favours the winner over every rival{told}"
    else:
        verdict = "inconclusive"
        at, tail = hardest, f"does not set it apart from {names[hardest]}{told}"
    estimate = results[at].estimate
    notes = _unlike(results[at], 1.0 - 2.0 * alpha, alpha) if at == hardest else ()
    estimate = replace(estimate, notes=(*estimate.notes, *notes))
    few = _few(results[at], alpha) if verdict == "inconclusive" else ""
    on = grounds(estimate, 1.0 - 2.0 * alpha, -math.inf, math.inf)
    reason = text.sentence((f"against {names[at]}: {in_words(estimate, on, tail)}", few))
    return finding(estimate, verdict, reason, None if certain else p, on)


def _complaint(claim: Claim) -> str | None:
    if claim.expect.best is None or claim.expect.best:
        return None
    return "expect.best must name the winner's axis values, got an empty table"


BETTER = Rule("better", (), better, paired=True)
BEST = Rule("best", ("best",), best, complaint=_complaint)
