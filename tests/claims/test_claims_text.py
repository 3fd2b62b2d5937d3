"""Numbers in reasons."""

from harness.claims import text
from harness.types import Interval


def test_a_wide_interval_of_positive_numbers_is_told_by_factors():
    wide = Interval(0.0259, 48.8, 0.95)
    assert text.interval(wide) == "95 % interval [0.026, 49]"
    assert text.number(1.12, text.resolution(1.12, wide)) == "1.1"
    assert text.interval(Interval(0.0, 48.8, 0.95)) == "95 % interval [0, 49]"
