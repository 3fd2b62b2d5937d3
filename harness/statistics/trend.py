"""Slopes of straight lines: how much y changes with one unit of x."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from harness.statistics.checks import Values, vector
from harness.statistics.location import Location


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


def slope_location(x: Values, y: Values) -> Location:
    """Return the slope of one line with its standard error from the residuals, df = p - 2.

    Parameters
    ----------
    x, y : array_like of float, shape (p,)
        At least three points.

    References
    ----------
    Draper & Smith (1998), Applied Regression Analysis, 3rd ed., section 1.4.
    """
    centred, values = _centred(x), vector(y, 3)
    if centred.size != values.size:
        raise ValueError(f"x and y must have equal lengths, got {centred.size} and {values.size}")
    slope = float(values @ centred / (centred @ centred))
    residuals = values - values.mean() - slope * centred
    variance = float(residuals @ residuals) / (values.size - 2)
    return Location(slope, math.sqrt(variance / float(centred @ centred)), values.size - 2)


def _centred(x: Values) -> NDArray[np.float64]:
    array = vector(x, 2)
    if array.min() == array.max():
        raise ValueError(f"x must take at least two different values, got only {array[0]}")
    centred: NDArray[np.float64] = array - array.mean()
    return centred
