"""What every run of the gate against a named baseline found, over commits.

A commit that is 1 % slower than the one before is below every threshold, and a hundred of them
are not. So the base is a fixed revision with a name, and each measured ratio head / baseline is
kept as a point. What the points say together is the business of `harness.gate.creep`.
"""

from harness.gate.history.series import first_parent, record, rejection, series
from harness.gate.history.store import History
from harness.gate.history.values import Baseline, Point, Series, check_name

__all__ = [
    "Baseline",
    "History",
    "Point",
    "Series",
    "check_name",
    "first_parent",
    "record",
    "rejection",
    "series",
]
