"""Differences and ratios of two sides, on records made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import (
    COMPARE,
    SHARED,
    A,
    B,
    claim,
    merged,
    of_kind,
    over_examples,
    pair,
    runs,
    spread,
    verdict,
)
from scipy import stats


def test_difference_outcomes() -> None:
    about = claim(compare=COMPARE, expect={"difference": 0.02, "tolerance": 0.005})

    def of(mean: float, sd: float) -> str:
        return verdict(about, [A, B], pair(SHARED + spread(mean, sd, 10), SHARED)).verdict

    assert of(0.021, 0.002) == "reproduced"
    assert of(0.05, 0.002) == "contradicted"
    assert of(0.025, 0.002) == "inconclusive"
    lucky = pair(SHARED + spread(0.04, 0.012, 10), SHARED)
    assert verdict(about, [A, B], lucky).reason.startswith("a lucky draw")


def test_range_of_a_difference() -> None:
    about = claim(compare=COMPARE, expect={"of": "difference", "at_most": 0.0})
    found = verdict(about, [A, B], pair(SHARED + spread(0.02, 0.002, 10), SHARED))
    assert (found.rule, found.verdict) == ("difference", "contradicted")


def test_infinite_sides_have_no_difference_and_no_ratio() -> None:
    for of in ("difference", "ratio"):
        about = claim(compare=COMPARE, expect={"of": of, "at_most": 2.0})
        found = verdict(about, [A, B], pair([math.inf] * 6, [math.inf, *[1.0] * 5]))
        assert (found.verdict, "7 of 12 values are inf" in found.reason) == ("inconclusive", True)


def test_difference_over_many_binary_examples() -> None:
    a, b = of_kind("binary")
    about = claim(over="examples", compare=COMPARE, expect={"difference": 0.0, "tolerance": 0.02})
    base = np.arange(2000) / 2000
    shelf = merged(over_examples(a, base < 0.336), over_examples(b, base < 0.282))
    found = verdict(about, [a, b], shelf)
    assert found.verdict == "contradicted"
    assert found.findings[0].measured == pytest.approx(0.054)
    shelf = merged(over_examples(a, base < 0.300), over_examples(b, base < 0.300))
    assert verdict(about, [a, b], shelf).verdict == "reproduced"


@pytest.mark.parametrize("n", [100, 300])
def test_answers_that_seldom_differ_are_not_taken_for_equal_too_often(n: int) -> None:
    # 1.7 % of the answers differ: often none of a hundred, and then there is no noise in sight
    a, b = of_kind("binary")
    about = claim(over="examples", compare=COMPARE, expect={"of": "difference", "at_most": 0.0169})
    rng = np.random.default_rng(n)
    found = [
        verdict(about, [a, b], merged(over_examples(a, rng.random(n) < 0.017),
                                      over_examples(b, np.zeros(n)))).verdict
        for _ in range(200)
    ]  # fmt: skip
    assert found.count("reproduced") <= 200 * 0.05 + 4.0 * math.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize("of", ["mean", "difference", "ratio"])
def test_a_test_set_may_be_sorted_by_class(of: str) -> None:
    # nine in ten of the first class are right, half of the second: 0.7, and not 0.75
    a, b = of_kind("binary")
    rng, chance = np.random.default_rng(1), np.repeat([0.9, 0.5], 100)
    keys = {"expect": {"at_least": 0.705}, "where": {"optimizer": "adam"}}
    if of != "mean":
        bound = {"difference": 0.405, "ratio": 0.705 / 0.3}[of]
        keys = {"expect": {"of": of, "at_least": bound}, "compare": COMPARE}
    found = []
    for _ in range(100):
        first = [rng.random(200) < chance for _ in range(4)]
        second = [rng.random(200) < 0.3 for _ in range(4)]
        shelf = merged(over_examples(a, *first), over_examples(b, *second))
        found.append(verdict(claim(over="examples", **keys), [a, b], shelf).verdict)
    assert found.count("reproduced") <= 100 * 0.05 + 4.0 * math.sqrt(100 * 0.05 * 0.95)


def test_difference_of_examples_that_several_runs_were_asked() -> None:
    a, b = of_kind("binary")
    about = claim(over="examples", compare=COMPARE, expect={"of": "difference", "at_least": 0.1})
    base = np.arange(400) / 400
    several = [over_examples(of, base < p, base < p + 0.1) for of, p in ((a, 0.6), (b, 0.2))]
    found = verdict(about, [a, b], merged(*several))
    assert found.verdict == "reproduced"
    assert found.findings[0].measured == pytest.approx(0.4, abs=0.0025)  # an example in 400


@pytest.mark.parametrize("n", [2, 3, 4])
def test_rounding_is_no_noise(n: int) -> None:
    # one example more in every run: the differences are equal but for their last bits
    a, b = [0.91, 0.12, 0.77, 0.30][:n], [0.90, 0.11, 0.76, 0.29][:n]
    assert len({x - y for x, y in zip(a, b, strict=True)}) > 1
    for expect in ({"difference": 0.5, "tolerance": 0.1}, {"of": "difference", "at_least": 0.0}):
        found = verdict(claim(compare=COMPARE, expect=expect), [A, B], pair(a, b))
        assert found.verdict == "inconclusive"
        assert "5 are needed" in found.reason
    double = [2.0 * x for x in b]
    about = claim(compare=COMPARE, expect={"of": "ratio", "at_least": 1.0})
    assert "5 are needed" in verdict(about, [A, B], pair(double, b)).reason


@pytest.mark.parametrize(
    ("a", "b", "expect"),
    [
        (0.34, 0.33, {"of": "difference", "at_most": 0.01}),
        (0.3, 0.1 + 0.2, {"of": "difference", "at_least": 0.0}),
        (0.1 + 0.2, 0.1, {"of": "ratio", "at_most": 3.0}),
    ],
)
def test_rounding_of_two_sides_does_not_leave_a_range(
    a: float, b: float, expect: dict[str, object]
) -> None:
    found = verdict(claim(compare=COMPARE, expect=expect), [A, B], pair([a] * 6, [b] * 6))
    assert found.verdict == "reproduced"


def test_ratio_outcomes() -> None:
    about = claim(compare=COMPARE, expect={"ratio": 2.5, "tolerance": 0.1})

    def of(factor: float, sd: float) -> str:
        a = np.exp(SHARED) * factor * np.exp(spread(0.0, sd, 10))
        return verdict(about, [A, B], pair(a, np.exp(SHARED))).verdict

    assert of(2.5, 0.05) == "reproduced"
    assert of(2.0, 0.05) == "contradicted"
    assert of(2.74, 0.05) == "inconclusive"


def test_ratio_of_real_numbers_is_the_geometric_mean_with_a_log_interval() -> None:
    about = claim(compare=COMPARE, expect={"of": "ratio", "at_least": 2.0})
    found = verdict(about, [A, B], pair([8.0, 18.0, 32.0], [1.0, 2.0, 4.0]))
    finding = found.findings[0]
    assert finding.measured == pytest.approx((8 * 9 * 8) ** (1 / 3))
    expected = stats.ttest_1samp(np.log([8, 9, 8]), 0).confidence_interval(0.95)
    assert finding.interval is not None
    assert math.log(finding.interval.high) == pytest.approx(expected.high)
    assert found.verdict == "reproduced"
    below = claim(compare=COMPARE, expect={"of": "ratio", "at_least": -1.0})
    assert verdict(below, [A, B], pair([8.0, 18.0], [1.0, 2.0])).verdict == "reproduced"


def test_ratio_of_times_is_the_median_ratio() -> None:
    a, b = of_kind("positive")
    about = claim(compare=COMPARE, expect={"of": "ratio", "at_most": 3.0})
    slow = [2.0, 2.1, 1.9, 2.2, 1.8, 2.0, 2.1, 900.0]
    found = verdict(about, [a, b], [*runs(a, slow), *runs(b, [1.0] * 8)])
    assert found.verdict == "reproduced"  # whatever the one that was disturbed
    assert found.reason.startswith("median ratio 2.0")


def test_a_ratio_of_times_or_sizes_is_no_time_or_size() -> None:
    for unit in ("seconds", "bytes"):
        about = claim(compare=COMPARE, unit=unit, expect={"ratio": 2.0, "tolerance": 0.1})
        found = verdict(about, [A, B], pair(2.0 * np.exp(SHARED), np.exp(SHARED)))
        assert (found.verdict, found.unit) == ("reproduced", "ratio")
        assert "ratio 2×" in found.reason  # noqa: RUF001 as shown
        assert found.reason.endswith("lies within 2× ± 10 %")  # noqa: RUF001


def test_ratio_over_examples_is_that_of_the_means() -> None:
    a, b = of_kind("binary")
    about = claim(over="examples", compare=COMPARE, expect={"of": "ratio", "at_least": 1.2})
    right = np.arange(600) % 10
    found = verdict(about, [a, b], merged(over_examples(a, right < 8), over_examples(b, right < 5)))
    assert found.verdict == "reproduced"
    assert "ratio of the means" in found.reason
    assert found.findings[0].measured == pytest.approx(1.6)
    few = merged(over_examples(a, right[:20] < 8), over_examples(b, right[:20] < 5))
    assert verdict(about, [a, b], few).verdict == "inconclusive"


@pytest.mark.parametrize("kind", ["real", "positive", "share", "fixed"])
def test_ratio_to_nothing_is_undecided(kind: str) -> None:
    a, b = of_kind(kind)
    about = claim(compare=COMPARE, expect={"ratio": 1.0, "tolerance": 0.1})
    found = verdict(about, [a, b], [*runs(a, [0.5, 0.5]), *runs(b, [0.0, 0.0])])
    assert (found.verdict, "positive values" in found.reason) == ("inconclusive", True)
