"""Numbers in reasons."""

from harness.claims import text
from harness.types import Interval


def test_a_wide_interval_of_positive_numbers_is_told_by_factors():
    wide = Interval(0.0259, 48.8, 0.95)
    assert text.interval(wide) == "95 % interval 0.026 to 49"
    assert text.interval(Interval(0.0, 48.8, 0.95)) == "95 % interval 0 to 50"


def test_differences_of_fractions_are_points():
    assert text.unit_shown("fraction", "better") == "points"
    assert text.unit_shown("fraction", "value") == "fraction"
    assert text.unit_shown("seconds", "difference") == "seconds"
