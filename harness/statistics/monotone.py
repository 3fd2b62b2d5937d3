"""Does a series rise or fall, and how fast: tests and slopes that outliers hardly move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.late import late
from harness.statistics.checks import Values, probability, vector
from harness.types import Interval

stats = late("scipy.stats")


@dataclass(frozen=True)
class MonotoneTrend:
    """The trend of a series over its index.

    Attributes
    ----------
    slope : float
        Change from one value to the next (Theil-Sen).
    interval : Interval
        Of the slope.
    p_value : float
        Of "the order of the values is arbitrary", two-sided (Kendall).
    """

    slope: float
    interval: Interval
    p_value: float


def monotone_trend(values: Values, level: float = 0.95) -> MonotoneTrend:
    """Return Kendall's test of a trend and the Theil-Sen slope.

    The p-value is exact for short series without ties. A series of equal values has slope 0 and
    p-value 1.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        In order, n >= 3.
    level : float
        Confidence level of the slope's interval.

    References
    ----------
    Kendall (1938), A new measure of rank correlation, Biometrika 30, 81-93. Mann (1945),
    Nonparametric tests against trend, Econometrica 13, 245-259. Sen (1968), Estimates of the
    regression coefficient based on Kendall's tau, J. Am. Stat. Assoc. 63, 1379-1389.
    """
    array = vector(values, 3)
    if array.min() == array.max():
        return MonotoneTrend(0.0, Interval(0.0, 0.0, level), 1.0)
    index = np.arange(array.size)
    tau = stats.kendalltau(index, array)
    slope, _, low, high = stats.theilslopes(array, index, alpha=probability(level))
    interval = Interval(float(low), float(high), level)
    return MonotoneTrend(float(slope), interval, float(tau.pvalue))
