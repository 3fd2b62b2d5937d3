"""A number is written as the one in its place: unit, spaces and signs stay."""

import math
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from harness.numerals import earned, measured
from harness.outlets.readme import UNITS, Unwritable, written
from harness.types import Interval


def interval(low, high):
    return Interval(low, high, 0.95)


SHARE = (0.97384, interval(0.97294, 0.97474))


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("97 %", "97.38 %"),
        ("97%", "97.38%"),
        ("97\\,\\%", "97.38\\,\\%"),
        ("97&nbsp;%", "97.38&nbsp;%"),
        ("0.97", "0.9738"),
        ("**97 %**", "**97.38 %**"),
        ("about 97 per cent", "about 97.38 per cent"),
        ("97.1 % ± 0.5", "97.38 % ± 0.09"),
        ("97.1 ± 0.5 %", "97.38 ± 0.09 %"),
        ("97.1 % +/- 0.5 of it", "97.38 % +/- 0.09 of it"),
        ("97 % (96 to 98)", "97.38 % ± 0.09"),
        ("a number", "97.38 %"),
        ("", "97.38 %"),
        ("9.7e-1", "9.738e-1"),
        ("0.97 of 100", "0.9738 of 100"),
        ("`H2O`: 97 %", "`H2O`: 97.38 %"),
    ],
)
def test_a_share(text, new):
    assert written(text, *SHARE, "fraction") == new


@pytest.mark.parametrize(
    ("text", "value", "ends", "unit", "new"),
    [
        ("30x", 31.27, (30.8, 31.8), "ratio", "31.3x"),
        ("30 \u00d7 faster", 31.27, (30.8, 31.8), "ratio", "31.3 \u00d7 faster"),
        ("1.2 s", 1.23456, (1.2, 1.27), "seconds", "1.23 s"),
        ("1200 ms", 1.23456, (1.2, 1.27), "seconds", "1230 ms"),
        ("1,200 ms", 1.23456, (1.2, 1.27), "seconds", "1,230 ms"),
        ("2 min", 123.456, (120.0, 127.0), "seconds", "2.06 min"),
        ("2", 123.456, (120.0, 127.0), "seconds", "123"),
        ("3 GiB", 3.5 * 2**30, (3.4 * 2**30, 3.6 * 2**30), "bytes", "3.50 GiB"),
        ("3 GB", 3.5e9, (3.4e9, 3.6e9), "bytes", "3.50 GB"),
        ("-2 points", 0.0123, (0.0113, 0.0133), "points", "1.23 points"),
        ("+2 points", 0.0123, (0.0113, 0.0133), "points", "+1.23 points"),
        ("-2", -3.2, (-3.5, -2.9), "", "-3.2"),
        ("\u22122", -3.2, (-3.5, -2.9), "", "\u22123.2"),
        ("12000", 12345.0, (11000.0, 13690.0), "", "12300"),
        ("12,000 trees", 12345.0, (11000.0, 13690.0), "", "12,300 trees"),
        ("90 %", 0.93, (0.92, 0.94), "", "93.0 %"),
        ("1e-5", 1.234e-5, (1.1e-5, 1.368e-5), "", "1.23e-5"),
        ("1E-05", 1.234e-5, (1.1e-5, 1.368e-5), "", "1.23E-05"),
        ("5 s (1 to 9)", 2.0, (1.0, 40.0), "seconds", "2.0 s (1.0 to 40)"),
        ("5 s (1 s to 9 s)", 2.0, (1.0, 40.0), "seconds", "2.0 s (1.0 s to 40 s)"),
    ],
)
def test_other_units(text, value, ends, unit, new):
    assert written(text, value, interval(*ends), unit) == new


@pytest.mark.parametrize(
    ("text", "value", "given", "new"),
    [
        ("5", 7.0, None, "7"),
        ("5.0", 7.123456789, None, "7.123"),
        ("5", 7.123456789, interval(7.123456789, 7.123456789), "7.123457"),
        ("5", 7.123456789, interval(-math.inf, math.inf), "7.1"),
        ("5 of them", math.inf, None, "infinite of them"),
        ("5", 0.0, interval(0.0, 0.0), "0"),
    ],
)
def test_without_an_interval_and_at_the_edges(text, value, given, new):
    assert written(text, value, given) == new


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("30x", "fraction", "a number of unit 'fraction' can be in %"),
        ("5 %", "seconds", "a number of unit 'seconds' can be in h"),
        ("5 ms", "", "the claim has no unit, so that a number in ms cannot be written"),
    ],
)
def test_a_unit_of_another_kind_is_refused(text, unit, words):
    with pytest.raises(Unwritable, match=words):
        written(text, 0.5, interval(0.4, 0.6), unit)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("1.2 \u00d7 10\u207b\u2075", "1.234 \u00d7 10\u207b\u2075"),
        ("$1.2\\cdot 10^{-5}$", "$1.234\\cdot 10^{-5}$"),
        ("1.2*10^-4", "0.1234*10^-4"),
        ("1.2 \u00d7 10\u207b\u00b2 ms", "1.234 \u00d7 10\u207b\u00b2 ms"),
        (".00001", "0.00001234"),
    ],
)
def test_a_power_of_ten_belongs_to_the_number(text, new):
    unit = "seconds" if "ms" in text else ""
    assert written(text, 1.2341e-5, interval(1.230e-5, 1.238e-5), unit) == new


PIECES = """93,5 %|0,93|92\u201394 %|92-94 %|between 92 and 94 %|5 to 6 s|1 234 567|1.234.567
1'234'567|1_234|1.2 million|1.2M|12k|3, 4|\u20133.2|- 3.2|minus 3.2|1 min 5 s|97 % [95, 98]
93 % (95 % CI 93 to 94)|97 % (95\u201398)|97 percent of them \u00b1 3
(1.2 \u00b1 0.1) \u00d7 10\u207b\u2075|5 s (1000 ms to 9000 ms)"""


@pytest.mark.parametrize("text", PIECES.replace("\n", "|").split("|"))
def test_a_piece_of_something_longer_is_refused(text):
    """Its first number replaced, "93,5 %" would read "0.9356,5 %"."""
    with pytest.raises(Unwritable, match=r"must stand a single number .*, got .*; leave no more"):
        written(text, *SHARE)


finite = st.floats(1e-12, 1e5)


@given(finite, finite, finite, st.sampled_from(sorted(UNITS)))
@example(1.0, 101.0, 10000.0, "ratio")
def test_what_is_written_stays_as_it_is(first, second, third, unit):
    """Written once, a document is as the records give it; with the digits of every table."""
    low, value, high = sorted((first, second, third))
    given_ = interval(low, high)
    shown = earned(value, given_, unit)
    assert written(shown, value, given_, unit) == shown
    whole = measured(value, given_, unit)
    assume(" \u00d7 10" not in whole and len(set(re.findall(r"[^\W\d]+", whole)) - {"to"}) < 2)
    assert written(whole, value, given_, unit) == whole
