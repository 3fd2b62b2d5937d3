"""Numbers in reasons."""

import math

import pytest

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


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (123456789.0, "", "1.23456789 × 10⁸"),  # noqa: RUF001
        (1234567.125, "", "1,234,567.125"),
        (0.1234567891, "fraction", "12.34567891 %"),
        (1 / 3, "", "0.3333333"),
        (200.0, "seconds", "3.333333 min"),
        (100 * 0.003, "", "0.3"),
        (0.1 + 0.2, "", "0.3"),
        (math.inf, "", "infinite"),
    ],
)
def test_what_somebody_has_written_keeps_its_digits(value, unit, expected):
    assert text.said(value, unit) == expected
