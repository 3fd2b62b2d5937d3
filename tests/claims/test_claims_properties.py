"""What must not change a verdict: the order of records, the unit, the side one looks from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_builders import Shelf, case, claim, merged, over_examples, runs, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.config.kinds import KINDS
from harness.types import Case, Record

PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}
ON_X = {"opt": "x"}
CLAIMS = [
    lambda k: claim(where=ON_X, expect={"value": k, "tolerance": 0.25 * k}),
    lambda k: claim(where=ON_X, expect={"low": 0.5 * k, "high": 2 * k}),
    lambda _: claim(compare=PAIR),
    lambda _: claim(compare=PAIR, goal="smaller"),
    lambda k: claim(compare=PAIR, expect={"difference": k, "tolerance": 0.25 * k}),
    lambda _: claim(compare=PAIR, expect={"ratio": 1.5, "tolerance": 0.25}),
    lambda _: claim(expect={"best": {"opt": "x"}}),
    lambda k: claim(along="n", expect={"slope_low": 0.25 * k}),
]
numbers = st.lists(st.floats(0.1, 4.0), min_size=2, max_size=8)
shares = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=8)
bits = st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=8)
OF_KIND = {"binary": bits, "share": shares}
every = pytest.mark.parametrize("kind", KINDS)


def sides(kind: str) -> tuple[Case, Case]:
    kinds = {"acc": kind}
    return case("a", opt="x", n=1, kinds=kinds), case("b", opt="y", n=0, kinds=kinds)


def both(of: tuple[Case, Case], first: list[float], second: list[float]) -> list[Record]:
    return [*runs(of[0], first), *runs(of[1], second)]


@every
@settings(max_examples=25)
@given(data=st.data(), make=st.sampled_from(CLAIMS), random=st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(kind: str, data, make, random) -> None:
    of, values = sides(kind), OF_KIND.get(kind, numbers)
    records = both(of, data.draw(values), data.draw(values))
    shuffled = list(records)
    random.shuffle(shuffled)
    about = make(1.0)
    assert verdict(about, of, records) == verdict(about, of, Shelf(shuffled))


def test_a_ratio_to_a_share_next_to_nothing_is_judged() -> None:
    of = sides("share")
    found = verdict(CLAIMS[5](1.0), of, both(of, [0.0, 1.0], [0.0, 2.2e-311]))
    assert found.verdict in ("contradicted", "inconclusive")


@every
@settings(max_examples=25)
@given(data=st.data(), make=st.sampled_from(CLAIMS))
def test_what_else_is_there_changes_nothing(kind: str, data, make) -> None:
    of, values = sides(kind), OF_KIND.get(kind, numbers)
    records = both(of, data.draw(values), data.draw(values))
    about = make(1.0)
    other = replace(case("c", opt="z", n=5), suite="t")
    more = [*records, *runs(other, data.draw(numbers))]
    assert verdict(about, of, records) == verdict(about, [*of, other], more)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OF_KIND])
@settings(max_examples=25)
@given(make=st.sampled_from(CLAIMS), first=numbers, second=numbers, power=st.integers(-8, 8))
def test_the_unit_changes_nothing(kind: str, make, first, second, power) -> None:
    # A power of two scales without rounding, so verdicts must be the same to the bit.
    of, k = sides(kind), 2.0**power
    plain = verdict(make(1.0), of, both(of, first, second))
    scaled = verdict(make(k), of, both(of, [k * x for x in first], [k * x for x in second]))
    assert plain.verdict == scaled.verdict


@every
@settings(max_examples=25)
@given(data=st.data())
def test_better_is_antisymmetric(kind: str, data) -> None:
    of, values = sides(kind), OF_KIND.get(kind, numbers)
    first, second = data.draw(values), data.draw(values)
    n = min(len(first), len(second))
    there = verdict(claim(compare=PAIR), of, both(of, first[:n], second[:n]))
    back = verdict(claim(compare=PAIR), of, both(of, second[:n], first[:n]))
    swapped = {"reproduced": "contradicted", "contradicted": "reproduced"}
    assert back.verdict == swapped.get(there.verdict, there.verdict)


@pytest.mark.parametrize("kind", ["real", "share", "fixed"])
@settings(max_examples=25)
@given(data=st.data(), bound=st.floats(-1.0, 1.0))
def test_a_difference_turned_around_has_the_opposite_bound(kind: str, data, bound) -> None:
    of, values = sides(kind), OF_KIND.get(kind, numbers)
    first, second = data.draw(values), data.draw(values)
    least = claim(compare=PAIR, expect={"of": "difference", "at_least": bound})
    most = claim(compare=PAIR, expect={"of": "difference", "at_most": -bound})
    there = verdict(least, of, both(of, first, second))
    back = verdict(most, of, both(of, second, first))
    assert there.verdict == back.verdict


ODD = [0.0, -0.0, 1.0, 0.1, -1.0, 5e-324, 1e-300, 1e200, -1e200, 1.7e308, -1.7e308]
ODDER = [*ODD, float("inf"), float("-inf"), float("nan")]
ALL = [
    *CLAIMS,
    lambda _: claim(where=ON_X, expect={"exactly": 0.1, "tolerance": 0.0}),
    lambda _: claim(where=ON_X, expect={"value": 0.0, "tolerance": 0.0}),
    lambda _: claim(where=ON_X, expect={"frequency_low": 0.5}),
    lambda _: claim(compare=PAIR, expect={"of": "ratio", "at_least": 0.0}),
    lambda _: claim(along="n", scale="loglog", expect={"slope_low": 0.25}),
    lambda _: claim(along="n", scale="log", expect={"slope_high": 0.25}),
]


@every
@pytest.mark.parametrize("over", ["seeds", "examples"])
@settings(max_examples=60)
@given(
    make=st.sampled_from(ALL),
    first=st.lists(st.sampled_from(ODDER) | st.floats(), max_size=7),
    second=st.lists(st.sampled_from(ODDER) | st.floats(), max_size=7),
)
def test_no_number_is_too_odd_to_be_judged(kind, over, make, first, second) -> None:
    of, about = sides(kind), make(1.0)
    if over == "seeds":
        found = verdict(about, of, both(of, first, second))
    elif about.expect.exactly is not None:
        return  # it compares whole runs, and check refuses it over examples
    else:
        shelf = merged(over_examples(of[0], first), over_examples(of[1], second))
        found = verdict(about.model_copy(update={"over": over}), of, shelf)
    assert found.verdict in ("reproduced", "contradicted", "inconclusive", "not-run")
    assert found.reason
    for finding in found.findings:
        assert finding.p_contradict is None or 0.0 <= finding.p_contradict <= 1.0
