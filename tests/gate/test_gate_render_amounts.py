# ruff: noqa: RUF001 the signs are what is tested
import math
import re

import gate_results as fake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.gate.render import amounts
from harness.types import Interval


def of(ratio, low=None, high=None, **fields):
    interval = None if low is None else Interval(low, high, 0.95)
    return fake.decision(ratio=ratio, interval=interval, **fields)


@pytest.mark.parametrize(
    ("ratio", "low", "high", "expected"),
    [
        (1.05234, 1.041, 1.063, "+5.2 % (+4.1 to +6.3 %)"),
        (0.9688, 0.961, 0.977, "−3.1 % (−3.9 to −2.3 %)"),
        (2.314, 2.251, 2.374, "2.31× (2.25 to 2.37×)"),
        (0.31234, 0.302, 0.323, "0.31× (0.30 to 0.32×)"),
        (1.2, 0.9, 1.5, "+20 % (−10 to +50 %)"),
        (1.00001, 0.9991, 1.0009, "0.00 % (−0.09 to +0.09 %)"),
        (1.05, 1.05, 1.05, "+5 % (+5 to +5 %)"),
        (1.05, 1.01, math.inf, "+5 % (+1 % or more)"),
        (1.05, 0.0, math.inf, "+5 % (unbounded)"),
        (1.5234, None, None, "+52 %"),
        (1.05234, None, None, "+5 %"),
        (1.01234, None, None, "+1.2 %"),
        (1.0, None, None, "0 %"),
        (17.31, None, None, "17×"),
        (0.0025, 0.0024, 0.0026, "0.0025× (0.0024 to 0.0026×)"),
        (0.0025, 0.0004, 0.016, "0.0025× (0.00040 to 0.016×)"),
        (0.0025, None, None, "0.003×"),
        (1458.0, 284.0, 7488.0, "1,500× (280 to 7,500×)"),
        (0.0, 0.0, 0.1, "0.00× (0.00 to 0.10×)"),
        (math.nan, None, None, "–"),
        (math.nan, 0.9, 1.1, "–"),
        (math.inf, None, None, "infinite"),
    ],
)
def test_a_change_has_the_digits_of_its_interval(ratio, low, high, expected):
    assert amounts.changed(of(ratio, low, high)) == expected


@pytest.mark.parametrize(
    ("detectable", "expected"),
    [(1.0213, "2.1 %"), (1.10, "10 %"), (1.0, "0 %"), (2.314, "2.3×"), (math.inf, "–"),
     (math.nan, "–")],
)  # fmt: skip
def test_what_could_have_been_seen(detectable, expected):
    assert amounts.detectable(fake.decision(detectable=detectable)) == expected


@pytest.mark.parametrize(
    ("value", "half", "quantity", "expected"),
    [
        (0.081234, 0.01, "time", "81.2 ms"),
        (0.081234, 0.3, "time", "81 ms"),
        (0.081234, 0.0001, "time", "81.2 ms"),
        (3.2e-7, 0.02, "time", "320 ns"),
        (4.5678e-5, 0.02, "time", "45.7 µs"),
        (1.2345, 0.05, "time", "1.23 s"),
        (1.2345, 0.5, "time", "1.2 s"),
        (1.2345, 5.0, "time", "1.2 s"),
        (15.3 * 2**20, math.inf, "memory", "15 MiB"),  # not 20
        (48.31 * 2**20, 0.005, "memory", "48.3 MiB"),
        (3.5 * 2**30, 0.005, "device_memory", "3.5 GiB"),
        (math.nan, 0.01, "time", "–"),
        (0.0, 0.01, "memory", "0 B"),
    ],
)
def test_a_side_has_the_digits_of_the_ratio_and_two_at_least(value, half, quantity, expected):
    decision = of(1.0, 1.0 - half, 1.0 + half, base=value, quantity=quantity)
    assert amounts.amount(decision, "base") == expected


def test_a_side_without_an_interval_has_three_digits():
    assert amounts.amount(of(1.0, base=0.081234), "base") == "81.2 ms"
    assert amounts.amount(of(1.0, head=0.1), "head") == "100 ms"
    assert amounts.amount(of(1.0, 0.0, math.inf, head=0.123), "head") == "120 ms"


@given(st.floats(0.55, 1.9), st.floats(1e-4, 0.5))
def test_a_change_reads_back_to_within_its_interval(ratio, half):
    text = amounts.relative(ratio, Interval(ratio - half, ratio + half, 0.95))
    found = re.fullmatch(r"([+−]?)([\d,.]+) %", text)
    shown = float(found[2].replace(",", "")) / 100 * (-1 if found[1] == "−" else 1)
    assert abs(shown - (ratio - 1)) <= 0.51 * half + 5.1e-5


@given(fake.decisions)
def test_no_number_is_shown_as_python_writes_it(decision):
    shown = [amounts.changed(decision), amounts.detectable(decision)]
    shown += [amounts.amount(decision, side) for side in ("base", "head")]
    assert not any(re.search("nan|inf(?!inite)|e[+-]", text) for text in shown)
