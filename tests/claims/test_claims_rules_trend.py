"""Slopes along an axis, on records made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import case, claim, merged, over_examples, record, runs, verdict
from scipy import stats

from harness.types import Case, Record

SIZES = (1000, 2000, 5000, 10000)
TREND = claim(along="n_train", scale="log", expect={"slope_low": 0.01, "slope_high": 0.05})


def grid(kind: str = "real") -> list[Case]:
    return [case(f"n{n}", n_train=n, kinds={"acc": kind}) for n in SIZES]


GRID = grid()


def trend(slope: float, noise: float, seeds: int) -> list[Record]:
    rng = np.random.default_rng(7)
    level = rng.normal(0.0, 1.0, seeds)
    return [
        r
        for of, n in zip(GRID, SIZES, strict=True)
        for r in runs(of, level + slope * math.log(n) + rng.normal(0, noise, seeds))
    ]


def columns(of: list[Case], *values: list[float]) -> list[Record]:
    return [r for one, column in zip(of, values, strict=True) for r in runs(one, column)]


def test_trend_pairs_within_seed() -> None:
    found = verdict(TREND, GRID, trend(0.03, 0.002, 5))
    assert (found.verdict, found.rule, found.findings[0].n) == ("reproduced", "trend", 5)
    assert verdict(TREND, GRID, trend(0.2, 0.002, 5)).verdict == "contradicted"
    assert verdict(TREND, GRID, trend(0.05, 0.01, 5)).verdict == "inconclusive"


def test_trend_of_one_run_uses_its_residuals() -> None:
    records = trend(0.03, 0.001, 1)
    found = verdict(TREND, GRID, records)
    fit = stats.linregress(np.log(SIZES), [r.metrics["acc"] for r in records])
    half = stats.t.ppf(0.975, 2) * fit.stderr
    interval = found.findings[0].interval
    assert interval is not None
    assert interval.high == pytest.approx(fit.slope + half)
    assert (found.findings[0].n, found.findings[0].over) == (4, "positions")
    two = verdict(TREND, GRID[:2], records)
    assert (two.verdict, "one run only" in two.reason) == ("inconclusive", True)


@pytest.mark.parametrize("kind", ["fixed", "binary", "share", "count", "positive"])
def test_residuals_say_nothing_where_noise_is_not_normal(kind: str) -> None:
    cases = grid(kind)
    found = verdict(TREND, cases, columns(cases, [0.0], [0.0], [1.0], [1.0]))
    assert (found.verdict, "one run only" in found.reason) == ("inconclusive", True)


def test_runs_that_happen_to_be_identical_are_not_one_run() -> None:
    once = trend(0.03, 0.002, 1)
    again = [record(GRID[i], s, metrics=r.metrics) for s in (1, 2) for i, r in enumerate(once)]
    three = verdict(TREND, GRID, [*once, *again])
    assert three.verdict == "inconclusive"
    assert "3 seeds can show nothing of a median, 5 are needed" in three.reason


def test_slopes_that_differ_by_rounding_are_equal() -> None:
    level = [0.1, 0.7, 0.3]
    rows = [[y + 0.03 * math.log(n) for y in level] for n in SIZES]
    assert "5 are needed" in verdict(TREND, GRID, columns(GRID, *rows)).reason


@pytest.mark.parametrize("expect", [{"slope_low": 0.0}, {"slope_high": 0.0}])
def test_a_level_line_that_differs_by_rounding_is_level(expect: dict[str, float]) -> None:
    rows = [[0.3] * 6, [0.1 + 0.2] * 6, [0.3] * 6, [0.1 + 0.2] * 6]
    about = claim(along="n_train", scale="log", expect=expect)
    assert verdict(about, GRID, columns(GRID, *rows)).verdict == "reproduced"


def test_the_slope_of_a_fact_is_a_fact() -> None:
    cases = grid("fixed")
    line = [0.03 * math.log(n) for n in SIZES]
    found = verdict(TREND, cases, columns(cases, *([y, y] for y in line)))
    assert (found.verdict, found.findings[0].p_contradict) == ("reproduced", None)


def test_slopes_of_times_are_judged_by_their_median() -> None:
    cases = grid("positive")
    seconds = [[n / 1000.0] * 7 + [50.0] for n in SIZES]
    about = claim(along="n_train", expect={"slope_low": 0.0009, "slope_high": 0.0011})
    found = verdict(about, cases, columns(cases, *seconds))
    assert found.verdict == "reproduced"
    assert found.reason.startswith("median slope 0.001")


@pytest.mark.parametrize("kind", ["binary", "share"])
def test_slopes_of_shares_lie_between_the_steepest(kind: str) -> None:
    cases = grid(kind)
    rising = columns(cases, [0.0] * 20, [0.0] * 20, [1.0] * 20, [1.0] * 20)
    grows = claim(along="n_train", scale="log", expect={"slope_low": 0.0})
    falls = claim(along="n_train", scale="log", expect={"slope_high": 0.0})
    found = verdict(grows, cases, rising)
    assert found.verdict == "reproduced"
    # as steep as values between 0 and 1 can be: 0 below the mean of the axis, 1 above
    x = np.log(SIZES) - np.log(SIZES).mean()
    assert found.findings[0].measured == pytest.approx(x[x > 0].sum() / (x @ x))
    assert verdict(falls, cases, rising).verdict == "contradicted"
    two = verdict(grows, cases, [r for r in rising if r.seed < 2])
    assert two.verdict == "inconclusive"


@pytest.mark.parametrize("kind", ["real", "positive", "count", "share"])
def test_loglog_trend_is_an_exponent(kind: str) -> None:
    about = claim(along="n_train", scale="loglog", expect={"slope_low": 0.9, "slope_high": 1.1})
    rng = np.random.default_rng(2)
    cases = grid(kind)
    values = [(n / 1e5 * rng.lognormal(0, 0.01, 8)).tolist() for n in SIZES]
    found = verdict(about, cases, columns(cases, *values))
    assert found.verdict == "reproduced"
    assert found.findings[0].measured == pytest.approx(1.0, abs=0.05)
    timed = verdict(about.model_copy(update={"unit": "seconds"}), cases, columns(cases, *values))
    assert timed == found  # an exponent is no time


def test_logarithms_need_positive_values() -> None:
    about = claim(along="n_train", scale="loglog", expect={"slope_low": 0.9})
    found = verdict(about, GRID, columns(GRID, [0.0, 1.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]))
    assert "the logarithm of acc needs positive values" in found.reason
    from_nothing = [case("n0", n_train=0), *GRID[:2]]
    found = verdict(TREND, from_nothing, columns(from_nothing, *[[1.0, 2.0]] * 3))
    assert "the logarithm of n_train needs positive values, got 0" in found.reason


def test_infinite_values_have_no_slope() -> None:
    cases = grid("positive")
    found = verdict(TREND, cases, columns(cases, *[[1.0, 2.0]] * 3, [1.0, math.inf]))
    assert (found.verdict, "1 of 8 values are inf" in found.reason) == ("inconclusive", True)


def test_trend_over_examples_pairs_within_each() -> None:
    cases = grid("binary")
    about = claim(along="n_train", over="examples", scale="log", expect={"slope_low": 0.01})
    right = np.random.default_rng(0).random(400)
    shelves = [
        over_examples(of, right < p) for of, p in zip(cases, (0.3, 0.4, 0.6, 0.7), strict=True)
    ]
    found = verdict(about, cases, merged(*shelves))
    assert (found.verdict, found.findings[0].n) == ("reproduced", 400)


def test_trend_needs_numbers_on_its_axis() -> None:
    about = claim(along="optimizer", expect={"slope_low": 0.0})
    cases = [case(name, optimizer=name) for name in ("adam", "sgd")]
    found = verdict(about, cases, columns(cases, [1.0, 2.0], [2.0, 3.0]))
    assert "an axis of numbers, got optimizer = 'adam'" in found.reason


@pytest.mark.parametrize("heights", [[0.5] * 4, list(np.log(SIZES) / 100.0)])
def test_one_run_on_a_straight_line_shows_no_noise(heights: list[float]) -> None:
    # 98 of 100 right at every size is no proof that the size does not matter
    about = claim(along="n_train", scale="log", expect={"slope_low": -0.5, "slope_high": 0.5})
    found = verdict(about, GRID, columns(GRID, *([height] for height in heights)))
    assert found.verdict == "inconclusive"
    assert "one run only, whose points lie on a straight line" in found.reason
