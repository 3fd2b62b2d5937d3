"""p-values of hypotheses about means and proportions, and equivalence."""

from __future__ import annotations

from scipy import special

from harness.statistics import location
from harness.statistics.checks import Values
from harness.types import Interval


def equivalent(interval: Interval, low: float, high: float) -> bool:
    """Whether the interval lies in ``[low, high]``: TOST in its interval form.

    With an interval at level 1 - 2 alpha (90 %) this is the two one-sided tests procedure at
    alpha (5 %): the chance to call two things equivalent which differ by the margin is at most
    alpha.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach,
    J. Pharmacokinet. Biopharm. 15, 657-680.
    """
    return interval.inside(low, high)


def tost_p_value(values: Values, low: float, high: float) -> float:
    """p-value of "the mean lies outside ``(low, high)``": the larger of two one-sided tests.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Independent values, n >= 2.
    low, high : float
        The margins, ``low <= high``; either may be infinite.

    References
    ----------
    Schuirmann (1987), as for `equivalent`.
    """
    if low > high:
        raise ValueError(f"low must not exceed high, got {low} and {high}")
    where = location.of_mean(values)
    return max(where.below(low), where.above(high))


def mean_p_value(values: Values, low: float, high: float) -> float:
    """Two-sided p-value of "the mean lies in ``[low, high]``" (Student's t).

    Below 0.05 exactly when the 95 % t interval and ``[low, high]`` share no point.
    """
    return location.of_mean(values).p_inside(low, high)


def proportion_p_value(successes: int, trials: int, low: float, high: float) -> float:
    """Two-sided p-value of "the probability lies in ``[low, high]``": twice a binomial tail.

    At most 0.05 exactly when the 95 % Clopper-Pearson interval misses ``[low, high]``.

    References
    ----------
    Clopper & Pearson (1934), as for `proportion_interval`.
    """
    rate = successes / trials
    if low <= rate <= high:
        return 1.0
    if rate < low:
        return 1.0 if low <= 0 else min(1.0, 2.0 * _at_most(successes, trials, low))
    return min(1.0, 2.0 * (1.0 - _at_most(successes - 1, trials, high)))


def _at_most(successes: int, trials: int, probability: float) -> float:
    """Return P(Bin(trials, probability) <= successes); `probability` is cut to [0, 1]."""
    return float(special.bdtr(successes, trials, min(1.0, max(0.0, probability))))
