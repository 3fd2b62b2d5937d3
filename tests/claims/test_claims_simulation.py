"""How often the judge is wrong, by simulation, and what must not change a verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from claims_builders import Shelf, case, claim, record, runs, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.claims import control
from harness.config.claim import Claim
from harness.types import Record

RUNS = 1_000
A, B = case("a", opt="x"), case("b", opt="y")
PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}
Draw = Callable[[np.random.Generator], list[Record]]


def limit(rate: float) -> float:
    """The rate and four binomial standard deviations of `RUNS` draws."""
    return rate + 4.0 * math.sqrt(rate * (1.0 - rate) / RUNS)


def rates(about: Claim, draw: Draw) -> dict[str, float]:
    rng = np.random.default_rng(11)
    found = Counter(verdict(about, [A, B], draw(rng)).verdict for _ in range(RUNS))
    return {name: count / RUNS for name, count in found.items()}


def normal(mean: float, sd: float, n: int = 6) -> Draw:
    return lambda rng: runs(A, rng.normal(mean, sd, n))


def paired(mean: float, sd: float, n: int = 8) -> Draw:
    def draw(rng: np.random.Generator) -> list[Record]:
        level = 10.0 + rng.normal(0.0, 1.0, n)
        return [*runs(A, level + rng.normal(mean, sd, n)), *runs(B, level)]

    return draw


def rate_draw(p: float, n: int = 40) -> Draw:
    def draw(rng: np.random.Generator) -> list[Record]:
        hits = rng.random(n) < p
        return [
            record(A, i, status="diverged" if h else "ok", reason="") for i, h in enumerate(hits)
        ]

    return draw


ON_X = {"opt": "x"}
TRUE_CLAIMS = {
    "value": (claim(where=ON_X, expect={"value": 1.0, "tolerance": 0.0}), normal(1.0, 0.3)),
    "range": (claim(where=ON_X, expect={"at_least": 1.0}), normal(1.0, 0.3)),
    "frequency": (
        claim(where=ON_X, metric="diverged", expect={"frequency_low": 0.9}),
        rate_draw(0.9),
    ),
    "difference": (
        claim(compare=PAIR, expect={"difference": 0.2, "tolerance": 0.0}),
        paired(0.2, 0.1),
    ),
    "better": (claim(compare=PAIR), paired(0.0, 0.1)),
}


@pytest.mark.parametrize("rule", TRUE_CLAIMS)
def test_a_true_claim_is_contradicted_at_most_at_the_nominal_rate(rule: str) -> None:
    # Every claim sits on the boundary of what it asserts, the worst case.
    assert rates(*TRUE_CLAIMS[rule]).get("contradicted", 0.0) <= limit(0.05)


EDGE_CLAIMS = {
    "value": (claim(where=ON_X, expect={"value": 1.0, "tolerance": 0.2}), normal(1.2, 0.1)),
    "range": (claim(where=ON_X, expect={"low": 0.0, "high": 1.0}), normal(1.0, 0.1)),
    "frequency": (
        claim(where=ON_X, metric="diverged", expect={"frequency_low": 0.8}),
        rate_draw(0.8),
    ),
    "ratio": (
        claim(compare=PAIR, expect={"of": "ratio", "at_least": 2.0}),
        lambda rng: [*runs(A, 2.0 * rng.lognormal(0, 0.1, 8)), *runs(B, rng.lognormal(0, 0.1, 8))],
    ),
    "difference": (
        claim(compare=PAIR, expect={"difference": 0.0, "tolerance": 0.2}),
        paired(0.2, 0.05),
    ),
    "better": (claim(compare=PAIR), paired(0.0, 0.1)),
}


@pytest.mark.parametrize("rule", EDGE_CLAIMS)
def test_at_the_edge_of_the_tolerance_reproduced_is_rare(rule: str) -> None:
    assert rates(*EDGE_CLAIMS[rule]).get("reproduced", 0.0) <= limit(0.05)


def test_the_judge_has_power() -> None:
    about = claim(where=ON_X, expect={"value": 1.0, "tolerance": 0.2})
    assert rates(about, normal(1.0, 0.1, 10))["reproduced"] > 0.95
    assert rates(about, normal(2.0, 0.1, 10))["contradicted"] > 0.95


def test_control_holds_the_share_of_false_contradictions() -> None:
    # 30 true claims at their boundary and 6 false ones: of what is contradicted, few are true.
    about = claim(where=ON_X, expect={"at_least": 1.0})
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(60):
        means = [1.0] * 30 + [0.4] * 6
        judged = [verdict(about, [A], runs(A, rng.normal(m, 0.1, 8))) for m in means]
        kept = [v.verdict == "contradicted" for v in control(judged)]
        shares.append(sum(kept[:30]) / max(1, sum(kept)))
        assert sum(kept[30:]) >= 5
    assert np.mean(shares) <= 0.05 + 3.0 * np.std(shares) / math.sqrt(len(shares))


# -- properties ----------------------------------------------------------------------------------

CLAIMS = [
    lambda k: claim(where=ON_X, expect={"value": k, "tolerance": 0.25 * k}),
    lambda k: claim(where=ON_X, expect={"low": 0.5 * k, "high": 2 * k}),
    lambda _: claim(compare=PAIR),
    lambda _: claim(compare=PAIR, goal="smaller"),
    lambda k: claim(compare=PAIR, expect={"difference": k, "tolerance": 0.25 * k}),
    lambda _: claim(compare=PAIR, expect={"ratio": 1.5, "tolerance": 0.25}),
    lambda _: claim(expect={"best": {"opt": "x"}}),
]
numbers = st.lists(st.floats(0.1, 4.0), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CLAIMS), numbers, numbers, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(make, first, second, random) -> None:
    records = [*runs(A, first), *runs(B, second)]
    shuffled = list(records)
    random.shuffle(shuffled)
    about = make(1.0)
    assert verdict(about, [A, B], records) == verdict(about, [A, B], Shelf(shuffled))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CLAIMS), numbers, numbers, st.integers(-8, 8))
def test_the_unit_changes_nothing(make, first, second, power) -> None:
    # A power of two scales without rounding, so verdicts must be the same to the bit.
    k = 2.0**power
    plain = verdict(make(1.0), [A, B], [*runs(A, first), *runs(B, second)])
    scaled = verdict(
        make(k), [A, B], [*runs(A, [k * x for x in first]), *runs(B, [k * x for x in second])]
    )
    assert plain.verdict == scaled.verdict


@settings(max_examples=60, deadline=None)
@given(numbers, numbers)
def test_better_is_antisymmetric(first, second) -> None:
    n = min(len(first), len(second))
    there = verdict(claim(compare=PAIR), [A, B], [*runs(A, first[:n]), *runs(B, second[:n])])
    back = verdict(claim(compare=PAIR), [A, B], [*runs(A, second[:n]), *runs(B, first[:n])])
    assert not (there.verdict == "reproduced" and back.verdict == "reproduced")
    if there.verdict == "contradicted":
        assert back.findings[0].p_contradict == 1.0 or back.verdict == "reproduced"
