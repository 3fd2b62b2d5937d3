"""Estimates: what is measured of a kind, on which scale, and in which words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims import text
from harness.claims.comparison import of_difference, of_ratio
from harness.claims.text import Undecided
from harness.claims.values import Values
from harness.config.kinds import KINDS, Kind
from harness.statistics.bounded import BoundedMean, BoundedRatio
from harness.statistics.intervals import of_mean
from harness.statistics.spreads import Fixed, Median, Rate
from harness.types import Interval

DRAWN: tuple[Kind, ...] = ("binary", "share", "count", "real", "positive")


def side(values: list[float], kind: Kind, over: str = "seeds") -> Values:
    return Values(np.arange(len(values)), np.array(values), over, ("a note",), kind)


@pytest.mark.parametrize(
    ("kind", "what", "measured", "spread"),
    [
        ("fixed", "", 0.0, Fixed),
        ("binary", "rate", 0.75, Rate),
        ("share", "mean", 0.75, BoundedMean),
        ("count", "median", 1.0, Median),
        ("real", "mean", 0.75, hs.Location),
        ("positive", "median", 1.0, Median),
    ],
)
def test_the_kind_says_what_is_estimated(
    kind: Kind, what: str, measured: float, spread: type
) -> None:
    found = est.of_side(side([0.0, 1.0, 1.0, 1.0], kind))
    assert (found.what, found.measured, found.n, found.over) == (what, measured, 4, "seeds")
    assert isinstance(found.spread, spread)
    assert found.fixed is (kind == "fixed")
    assert found.notes == ("a note",)


@pytest.mark.parametrize(("kind", "run"), [("real", True), ("positive", True), ("share", False)])
def test_a_further_run_has_a_meaning_over_seeds(kind: Kind, run: bool) -> None:
    values = [0.25, 0.5, 0.75]
    assert (est.of_side(side(values, kind)).run is not None) is run
    assert est.of_side(side(values, kind, "examples")).run is None
    assert est.of_side(side([0.5] * 3, kind)).run is None
    with pytest.raises(ValueError, match="no single run"):
        est.of_side(side(values, kind, "examples")).one_run()
    assert est.of_side(side(values, kind, "examples")).p_run(0.5) == 0.0


@pytest.mark.parametrize("values", [[0.0, 1.0, 2.0], [1.0, math.inf, 2.0]])
def test_no_run_is_predicted_on_logarithms_that_there_are_not(values: list[float]) -> None:
    assert est.of_side(side(values, "positive")).run is None


def test_a_further_run_of_a_positive_metric_is_that_of_its_logarithm() -> None:
    values = [1.0, 2.0, 4.0, 9.0]
    found = est.of_side(side(values, "positive"))
    logs = of_mean(np.log(values)).predicted().interval(0.9)
    run = found.one_run(0.9)
    assert (run.low, run.high) == pytest.approx((math.exp(logs.low), math.exp(logs.high)))
    assert found.p_run(run.high) == pytest.approx(0.1)
    assert (found.p_run(0.0), found.p_run(-1.0)) == (0.0, 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_one_value_has_no_spread_and_one_example_neither(kind: Kind) -> None:
    with pytest.raises(Undecided, match="one run only"):
        est.of(np.array([0.5]), kind, "seeds")
    with pytest.raises(Undecided, match="one example only"):
        est.of(np.array([0.5]), kind, "examples")


@pytest.mark.parametrize("kind", ["real", "share"])
def test_infinite_values_have_no_mean(kind: Kind) -> None:
    with pytest.raises(Undecided, match="1 of 2 values are infinite"):
        est.of(np.array([0.5, math.inf]), kind, "seeds")


# -- two sides -----------------------------------------------------------------------------------

ONES, BITS = np.ones(4), np.array([1.0, 0.0, 1.0, 0.0])


def test_differences_keep_the_kind() -> None:
    for kind in ("binary", "share"):
        found = of_difference(ONES, BITS, kind, "seeds")
        assert found.spread == BoundedMean((0.0, 1.0, 0.0, 1.0), -1.0, 1.0)
        assert (found.what, found.measured) == ("mean difference", 0.5)
    assert of_difference(ONES, BITS, "count", "seeds").what == "median difference"
    assert of_difference(ONES, BITS, "positive", "seeds").what == "median difference"
    real = of_difference(ONES, BITS, "real", "seeds")
    assert real.what == "mean difference"
    assert real.run is not None
    assert of_difference(ONES, BITS, "fixed", "seeds").spread == Fixed((0.0, 1.0, 0.0, 1.0))


@pytest.mark.parametrize("over", ["seeds", "examples"])
def test_pairs_of_bits_are_bet_on_however_many(over: str) -> None:
    a, b = np.ones(500), np.arange(500) % 2.0
    assert isinstance(of_difference(a, b, "binary", over).spread, BoundedMean)
    assert isinstance(of_difference(a, b, "share", over).spread, BoundedMean)


def test_ratios_keep_the_kind() -> None:
    for kind in ("binary", "share"):
        found = of_ratio(ONES, BITS, kind, "seeds")
        assert found.spread == BoundedRatio(tuple(ONES), tuple(BITS))
        assert (found.what, found.measured) == ("ratio of the means", 2.0)
    a, b = np.array([8.0, 18.0, 32.0]), np.array([1.0, 2.0, 4.0])
    assert of_ratio(a, b, "positive", "seeds").what == "median ratio"
    assert of_ratio(a, b, "fixed", "seeds").spread == Fixed((8.0, 9.0, 8.0))
    assert of_ratio(a, b, "real", "seeds").what == "geometric mean ratio"
    assert of_ratio(2.0 * b, b, "real", "seeds").what == "median ratio"  # no spread at all


def test_a_ratio_of_real_numbers_is_tested_on_logarithms() -> None:
    a, b = np.array([8.0, 18.0, 32.0]), np.array([1.0, 2.0, 4.0])
    found = of_ratio(a, b, "real", "seeds")
    p = stats.ttest_1samp(np.log(a / b), math.log(9.0), alternative="less").pvalue
    assert found.inside(9.0, math.inf) == pytest.approx(p)
    assert found.outside(-math.inf, 9.0) == pytest.approx(p)
    run = found.one_run(0.95)
    assert found.p_run(run.high) == pytest.approx(0.05)
    # no ratio of positive numbers is 0 or less
    assert (found.outside(0.0, math.inf), found.inside(-math.inf, 0.0)) == (0.0, 0.0)
    assert (found.outside(-math.inf, -1.0), found.inside(-1.0, math.inf)) == (1.0, 1.0)


# -- intervals that are shown --------------------------------------------------------------------


def test_few_values_of_a_median_are_shown_all_at_their_own_level() -> None:
    found = est.of(np.array([3.0, 1.0, 2.0]), "positive", "seeds")
    assert found.shown() == Interval(1.0, 3.0, 0.75)
    six = est.of(np.arange(6.0), "positive", "seeds")
    assert six.shown() == Interval(0.0, 5.0, 0.95)


@settings(max_examples=150)
@given(
    st.lists(st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0]), min_size=2, max_size=12),
    st.sampled_from(DRAWN),
)
def test_what_is_shown_holds_what_was_measured(values: list[float], kind: Kind) -> None:
    array = np.round(values) if kind == "binary" else np.array(values)
    found = est.of(array, kind, "seeds")
    shown = found.shown()
    assert shown.low - 1e-9 <= found.measured <= shown.high + 1e-9
    assert 0.0 < shown.level <= 0.95
    assert found.words()
    assert found.count() == f"over {len(values)} seeds"


@settings(max_examples=60)
@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=12), st.sampled_from(DRAWN), st.data())
def test_two_equal_sides_do_not_differ(
    values: list[float], kind: Kind, data: st.DataObject
) -> None:
    a = np.ones(len(values)) if kind == "binary" else np.array(values)
    for found, none in (
        (of_difference(a, a, kind, "seeds"), 0.0),
        (of_ratio(a, a, kind, "seeds"), 1.0),
    ):
        assert found.measured == pytest.approx(none)
        assert found.inside(none, none) > 0.05


def test_intervals_and_bands_in_words() -> None:
    assert text.interval(Interval(0.9712, 0.9768, 0.95)) == "95 % interval 0.971 to 0.977"
    assert text.band(2.0, math.inf) == "at least 2"
    assert text.within(0.1, 0.3) == "lies within 0.1 to 0.3"
    assert text.beyond(-math.inf, 0.3) == "is above 0.3"
    assert text.within(0.1, 0.3, "fraction") == "lies within 10 % to 30 %"
    assert text.quoted(0.9737, 0.003, "fraction") == "97.37 % ± 0.3"
    assert text.quoted(0.03, 0.003) == "0.03 ± 0.003"
    assert text.many(1, "examples") == "1 example"
    assert text.many(10_000, "examples") == "10,000 examples"
