# ruff: noqa: RUF001 the signs are what is tested
import math
import re

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from harness.numerals import (
    axis_value,
    chance,
    count,
    earned,
    in_unit,
    level,
    measured,
    number,
    span,
)
from harness.types import Interval

finite = st.floats(-1e12, 1e12, allow_nan=False)
widths = st.floats(1e-9, 1e9, allow_nan=False)
decimals = st.integers(-(10**7), 10**7).map(lambda whole: whole / 1e4)


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "expected"),
    [
        (0.97384, 0.97294, 0.97474, "fraction", "97.38 % ± 0.09"),
        (0.0056, 0.0032, 0.0080, "points", "0.6 points ± 0.2"),
        (0.0812, 0.0800, 0.0824, "seconds", "81.2 ms ± 1.2"),
        (117.3, 114.0, 120.6, "ratio", "117× ± 3"),
        (12345.0, 12000.0, 12690.0, "", "12,300 ± 300"),
        (1.3e33, 1.0e33, 1.6e33, "", "(1.3 ± 0.3) × 10³³"),
        (1.5 * 2**30, 1.4 * 2**30, 1.6 * 2**30, "bytes", "1.50 GiB ± 0.10"),
        (0.30, 0.21, 0.60, "fraction", "30 % (20 to 60)"),
        (25450.0, 25450.0, 25450.0, "", "25,450"),
        (1458.0, 0.001, 7488.0, "ratio", "1,500× (0.001× to 7,500×)"),
        (3886.0, 284.0, 7488.0, "ratio", "3,900× (280 to 7,500)"),
        (1458.0, 284.0, 7488.0, "ratio", "1,500× (280 to 7,500)"),
        (0.0025, 0.0004, 0.016, "ratio", "0.0025× (0.00040 to 0.016)"),
        (1.5, 1.42, 1.61, "ratio", "1.50× (1.42 to 1.61)"),
        (2e-3, 2.8e-4, 7.5, "seconds", "2 ms (280 µs to 7.5 s)"),
        (-0.02, -0.03, -0.01, "", "−0.020 ± 0.010"),
    ],
)
def test_digits_come_from_the_interval(value, low, high, unit, expected):
    assert measured(value, Interval(low, high, 0.95), unit) == expected


def test_what_is_not_finite_is_said_in_words():
    assert measured(math.inf, None) == "infinite"
    assert measured(-math.inf, None, "seconds") == "minus infinite"
    assert measured(math.nan, Interval(0, 1, 0.95)) == "not a number"
    assert measured(None, None) == "not measured"
    assert measured(2.0, Interval(-math.inf, math.inf, 0.95)) == "2, interval unbounded"


def test_single_numbers_have_four_digits_at_most():
    assert number(1.99723) == "1.997"
    assert number(0.33612, "fraction") == "33.61 %"
    assert number(0.0, "fraction") == "0 %"
    assert number(2.0, "fraction") == "200 %"
    assert number(3e-7, "seconds") == "300 ns"
    assert number(25450) == "25,450"
    assert number(1536, "bytes") == "1.5 KiB"


def test_what_rounding_leaves_is_no_width():
    one_in_ten = Interval(math.nextafter(0.1, 0), 0.1, 0.9)
    assert measured(0.1, one_in_ten) == "0.1"
    assert span(one_in_ten) == "0.1 to 0.1"
    assert measured(0.1, Interval(0.1 - 1e-12, 0.1 + 1e-12, 0.9)) != "0.1"


def test_span_gives_both_ends_at_the_same_place():
    assert span(Interval(0.97294, 0.97474, 0.95), "fraction") == "97.29 to 97.47 %"
    assert span(None) == "\u2013"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, "p = 0.5"), (0.03125, "p = 0.031"), (1e-4, "p = 0.0001"), (9e-5, "p < 0.0001"),
     (0.0, "p < 0.0001"), (1.0, "p = 1")],
)  # fmt: skip
def test_a_p_value_has_two_digits_and_a_floor(value, expected):
    assert chance("p", value) == expected


def test_the_level_of_an_interval_is_a_share():
    assert [level(Interval(0, 1, at)) for at in (0.9, 0.95, 0.999)] == ["90 %", "95 %", "99.9 %"]
    assert level(None) == ""


def test_axis_values():
    assert [axis_value(v) for v in (50000, 128, 0.0005, 5000.0, True, "sgd")] == [
        "50,000",
        "128",
        "0.0005",
        "5,000",
        "yes",
        "sgd",
    ]
    assert count(-1234) == "−1,234"


def parse(text):
    """Read back ``value ± half`` as (value, half, digits after the point of each)."""
    power = re.search(r"× 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    table = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    factor = 10.0 ** int(power[1].translate(table)) if power else 1.0
    parts = re.findall(r"−?[\d,]+(?:\.\d+)?", text.partition("×")[0])[:2]
    plain = [part.replace(",", "").replace("−", "-") for part in parts]
    places = [len(part.partition(".")[2]) for part in plain]
    return [float(part) * factor for part in plain], places


@given(finite, widths)
@example(274877906944.0, 6.103515625e-05)
def test_the_printed_value_is_as_close_as_its_interval_allows(value, half):
    interval = Interval(value - half, value + half, 0.95)
    half = (interval.high - interval.low) / 2
    if half == 0 or abs(value - (interval.low + half)) > 0.1 * half:
        return
    # positive ends that are tenfold apart are shown by factors
    assume(not 0 < 10 * interval.low <= interval.high)
    text = measured(value, interval)
    if "±" not in text:  # an interval no wider than rounding says nothing
        assert half <= 4 * np.spacing(abs(value))
        return
    (shown, width), places = parse(text)
    assert places[0] == places[1]
    assert abs(shown - value) <= 0.5001 * half + 1e-9 * abs(value)
    assert 0.6 * half <= width <= 1.5 * half


@given(finite, widths, st.sampled_from(["", "fraction", "points", "seconds", "bytes", "ratio"]))
def test_the_half_width_never_has_more_than_two_digits(value, half, unit):
    text = measured(value, Interval(value - half, value + half, 0.95), unit)
    if "±" not in text:
        return
    width = re.search(r"± ([\d,.]+)", text)[1].replace(",", "")
    assert len(width.replace(".", "").strip("0") or "0") <= 2


@given(st.floats(), st.floats(), st.floats(), st.sampled_from(["", "fraction", "ratio", "seconds"]))
@example(1e171, -1e-153, 0.0, "fraction")
@example(1e170, -1e-153, 0.0, "fraction")
@example(1.1e-308, 2.0**52, 2.0**52 + 1, "")
@example(1.1e-308, 1e12, 9.99e15, "")
@example(1e308, 1e-20, 1e-19, "ratio")
def test_nothing_that_can_be_stored_breaks_it(value, low, high, unit):
    interval = Interval(low, high, 0.95)
    for text in (measured(value, interval, unit), earned(value, interval, unit)):
        assert text
        assert "nan" not in text
        assert "inf " not in text
    assert span(interval, unit)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (9.99996e-9, "", "1 × 10⁻⁸"),
        (-9.99996e9, "", "−1 × 10¹⁰"),
        (9.99996e-5, "", "0.0001"),
        (9.99999999e299, "ratio", "1 × 10³⁰⁰×"),
        (0.99996, "seconds", "1 s"),
        (9.9994e-9, "", "9.999 × 10⁻⁹"),
        (1.7976931348623157e308, "", "1.798 × 10³⁰⁸"),
    ],
)
def test_what_is_rounded_up_to_a_power_of_ten_has_its_unit(value, unit, expected):
    assert number(value, unit) == expected


@given(st.floats(1e-300, 1e300), st.integers(1, 9))
def test_powers_of_ten_stand_beside_one_digit(value, digits):
    text, times, _ = number(value, digits=digits).partition(" × ")
    assert not times or len(text.partition(".")[0]) == 1


def test_few_digits_of_bytes_stay_plain_numbers():
    assert number(1023 * 1024, "bytes", digits=3) == "1,020 KiB"
    assert number(1023, "bytes") == "1,023 B"
    assert number(48.31 * 2**20, "bytes", digits=3) == "48.3 MiB"


@given(
    st.floats(1e-6, 1e6),
    st.floats(0.1, 10.0),
    st.floats(1.1, 10.0),
    st.sampled_from(["", "ratio", "seconds", "bytes"]),
)
def test_no_end_of_an_interval_of_factors_reads_zero(value, skew, wide, unit):
    half = wide ** (1 + skew)
    interval = Interval(value / half, value * half, 0.95)
    for text in (measured(value, interval, unit), span(interval, unit)):
        shown = re.findall(r"[0-9][0-9,.]*", text)
        assert all(any(digit in "123456789" for digit in found) for found in shown), text


@given(finite, widths, st.sampled_from(["", "fraction", "seconds", "bytes", "ratio", "points"]))
def test_a_value_alone_reads_as_it_does_beside_its_interval(value, half, unit):
    interval = Interval(value - half, value + half, 0.95)
    alone, beside = earned(value, interval, unit), measured(value, interval, unit)
    digits = re.match(r"[(]?(−?[0-9,.]+)", beside).group(1)
    assert alone.startswith(digits)
    assert alone.removeprefix(digits).strip() in beside


def test_an_interval_of_powers_of_ten_has_one_power_for_both_ends():
    assert span(Interval(9.2e33, 1.3e36, 0.95)) == "(0.0092 to 1.3) × 10³⁶"
    assert earned(1.1e35, Interval(9.2e33, 1.3e36, 0.95)) == "1.1 × 10³⁵"


@pytest.mark.parametrize(
    ("value", "ends", "factor", "unit", "plain", "spread"),
    [
        (0.97384, (0.97294, 0.97474), 0.01, "fraction", "97.38", "± 0.09"),
        (0.97384, (0.97294, 0.97474), 1.0, "fraction", "0.9738", "± 0.0009"),
        (0.336, (0.29, 0.36), 0.01, "fraction", "34", "(29 to 36)"),
        (1.23456, (1.2, 1.27), 1e-3, "seconds", "1,230", "± 40"),
        (10.0, (1.0, 10_000.0), 1.0, "", "10", "(1 to 10,000)"),
        (5.0, (-math.inf, math.inf), 1.0, "", "5.0", ""),
        (5.0, (5.0, 5.0), 1.0, "", "5", ""),
    ],
)
def test_a_unit_that_is_given_takes_the_digits_earned(value, ends, factor, unit, plain, spread):
    digits = in_unit(value, Interval(*ends, 0.95), factor, unit)
    assert (digits.plain(), digits.spread) == (plain, spread)


def test_powers_have_the_digits_earned():
    assert in_unit(1.234e-5, Interval(1.1e-5, 1.368e-5, 0.95), 1.0).power() == "1.23e-05"
    assert in_unit(5e10, None, 1.0).power() == "5e+10"


def test_what_is_rounded_up_to_a_power_of_ten_has_that_power():
    near, small = Interval(5.6e-5, 1.36e-4, 0.95), Interval(6e-9, 1.39e-8, 0.95)
    assert earned(9.6e-5, near) == "0.00010"
    assert span(near) == "0.000056 to 0.00014"
    assert measured(9.96e-9, small) == "(1.0 ± 0.4) × 10⁻⁸"


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (0.0004, 0.08, "points", "0.04 to 8.00 points"),
        (-0.5, -0.0004, "", "−0.5000 to −0.0004"),
        (-0.08, 0.0, "points", "−8 to 0 points"),
        (-1e-9, 5.0, "", "0 to 5"),
    ],
)
def test_an_end_beside_zero_shows_on_which_side_it_lies(low, high, unit, expected):
    assert span(Interval(low, high, 0.9), unit) == expected


@given(far=st.floats(1.0, 1e9), share=st.floats(1e-3, 1.0), sign=st.sampled_from([-1, 1]))
def test_only_an_end_next_to_zero_reads_zero(far, share, sign):
    near = sign * share * far
    for ends in (sorted((near, -sign * far)), sorted((near, sign * far))):
        texts = span(Interval(*ends, 0.95)).lstrip("(").split(" to ")
        for text, end in zip(texts, ends, strict=True):
            assert text.startswith("−") is (end < 0)
            assert any(digit in text.partition(" ×")[0] for digit in "123456789")


@pytest.mark.parametrize(
    ("low", "high", "unit", "marks", "expected"),
    [
        (0.515, 1.0, "fraction", (0.5, math.inf), "52 to 100 %"),
        (0.7745, 1.0004, "ratio", (-math.inf, 1.0), "0.7745 to 1.0004×"),
        (0.9, 2.004, "ratio", (2.0,), "0.90 to 2.004×"),
        (0.34862, 0.35668, "fraction", (0.357, 0.367), "34.86 to 35.67 %"),
        (0.9996, 2e4, "ratio", (1.0,), "0.9996× to 20,000×"),
        (0.9, 1.0, "", (1.0,), "0.90 to 1.00"),  # it is the mark
        (0.9, 1.0 + 1e-12, "", (1.0,), "0.90 to 1.00"),  # as good as the mark
        (0.49999, 0.49999, "fraction", (0.5,), "49.999 % to 49.999 %"),
        (0.49999, math.inf, "", (0.5,), "0.49999 to infinite"),
        (1e-5, 0.99996, "seconds", (1.0,), "10 µs to 999.96 ms"),  # not 1,000 ms, which is 1 s
        (0.2, 0.3, "", (1.79e308, -math.inf), "0.20 to 0.30"),
    ],
)
def test_an_end_beside_a_mark_shows_on_which_side_it_lies(low, high, unit, marks, expected):
    assert span(Interval(low, high, 0.9), unit, marks) == expected


@given(
    ends=st.tuples(decimals, decimals),
    mark=decimals,
    share=st.floats(-1e-2, 1e-2),
    near=st.booleans(),
)
def test_ends_that_differ_from_a_mark_by_a_hundredth_of_the_width_do_not_read_as_it(
    ends, mark, share, near
):
    low, high = sorted(ends)
    assume(high - low > 1e-3)
    low = mark + share * (high - low) if near else low
    assume(low < high and high - low > 1e-3)
    texts = span(Interval(low, high, 0.9), "", (mark,)).split(" to ")
    for text, end in zip(texts, (low, high), strict=True):
        shown = float(text.replace("−", "-").replace(",", ""))
        if abs(end - mark) >= 2e-3 * (high - low):
            assert (shown > mark) == (end > mark)
