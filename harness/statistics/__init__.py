"""Intervals, tests and false-discovery control: pure functions of arrays.

Every function takes float vectors and returns an `Interval`, a p-value or booleans; nothing here
knows what a record or a claim is.
"""

from harness.statistics.changepoints import Shift, shifts
from harness.statistics.hypotheses import (
    equivalent,
    mean_p_value,
    proportion_p_value,
    tost_p_value,
)
from harness.statistics.intervals import (
    mean_interval,
    median_interval,
    prediction_interval,
    proportion_interval,
)
from harness.statistics.location import Location
from harness.statistics.monotone import MonotoneTrend, monotone_trend
from harness.statistics.multiple import benjamini_hochberg
from harness.statistics.paired import (
    difference_interval,
    log_ratio,
    mcnemar,
    paired_binary,
    ratio_interval,
    ratio_of_means,
)
from harness.statistics.permutation import sign_flip
from harness.statistics.signed_rank import (
    centre,
    centre_bound,
    centre_interval,
    detectable,
    signed_rank_p,
)
from harness.statistics.trend import slope_interval, slope_location, slopes

__all__ = [
    "Location",
    "MonotoneTrend",
    "Shift",
    "benjamini_hochberg",
    "centre",
    "centre_bound",
    "centre_interval",
    "detectable",
    "difference_interval",
    "equivalent",
    "log_ratio",
    "mcnemar",
    "mean_interval",
    "mean_p_value",
    "median_interval",
    "monotone_trend",
    "paired_binary",
    "prediction_interval",
    "proportion_interval",
    "proportion_p_value",
    "ratio_interval",
    "ratio_of_means",
    "shifts",
    "sign_flip",
    "signed_rank_p",
    "slope_interval",
    "slope_location",
    "slopes",
    "tost_p_value",
]
