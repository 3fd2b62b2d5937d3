"""How much a series rises: slopes of straight lines, and a trend that outliers hardly move."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.extras import late
from harness.statistics.intervals import Location, Values, probability, vector
from harness.types import Interval

stats = late("scipy.stats")
SINGLE = 1e-9
"""What the leverage of a point falls short of 1 by where nothing but it decides."""


def slopes(x: Values, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least-squares slope of every row of y over x.

    Parameters
    ----------
    x : array_like of float, shape (p,)
        At least two different values.
    y : ndarray of float, shape (n, p)
        One row per unit (a seed, an example).

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    centred = _centred(x)
    result: NDArray[np.float64] = np.asarray(y, dtype=np.float64) @ centred / (centred @ centred)
    return result


def slope_location(x: Values, y: Values, *, alike: bool = True) -> Location:
    """Return the slope of one line with its standard error from the residuals, df = p - 2.

    Parameters
    ----------
    x, y : array_like of float, shape (p,)
        At least three points.
    alike : bool
        Whether all points scatter alike; else the error is HC3, infinite where one decides alone.

    References
    ----------
    Draper & Smith (1998), Applied Regression Analysis, 3rd ed., section 1.4. MacKinnon & White
    (1985), J. Econometrics 29, 305-325 (HC3).
    """
    centred, values = _centred(x), vector(y, 3)
    if centred.size != values.size:
        raise ValueError(f"x and y must have equal lengths, got {centred.size} and {values.size}")
    total, df = float(centred @ centred), values.size - 2
    slope = float(values @ centred) / total
    residuals = values - values.mean() - slope * centred
    if alike:
        return Location(slope, math.sqrt(float(residuals @ residuals) / df / total), df)
    others = 1.0 - 1.0 / values.size - centred**2 / total  # 1 less the leverage
    if others.min() < SINGLE:
        return Location(slope, math.inf, df)
    return Location(slope, float(np.linalg.norm(centred * residuals / others)) / total, df)


def _centred(x: Values) -> NDArray[np.float64]:
    array = vector(x, 2)
    if array.min() == array.max():
        raise ValueError(f"x must take at least two different values, got only {array[0]}")
    centred: NDArray[np.float64] = array - array.mean()
    return centred


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
