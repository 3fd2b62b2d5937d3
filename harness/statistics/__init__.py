"""Intervals, tests and false-discovery rates: pure functions of arrays.

Every function takes float vectors and returns an `Interval`, a p-value or booleans; nothing here
knows what a record or a claim is.
"""

from harness.statistics.bounded import BoundedMean
from harness.statistics.changepoints import Shift, shifts
from harness.statistics.intervals import (
    Location,
    log_ratio,
    median_interval,
    proportion_interval,
)
from harness.statistics.signed_rank import (
    centre,
    centre_bound,
    centre_interval,
    detectable,
    signed_rank_p,
)
from harness.statistics.significance import q_values, sign_flip, sign_test
from harness.statistics.spreads import inside, outside
from harness.statistics.trend import MonotoneTrend, monotone_trend, slope_location, slopes

__all__ = [
    "BoundedMean",
    "Location",
    "MonotoneTrend",
    "Shift",
    "centre",
    "centre_bound",
    "centre_interval",
    "detectable",
    "inside",
    "log_ratio",
    "median_interval",
    "monotone_trend",
    "outside",
    "proportion_interval",
    "q_values",
    "shifts",
    "sign_flip",
    "sign_test",
    "signed_rank_p",
    "slope_location",
    "slopes",
]
