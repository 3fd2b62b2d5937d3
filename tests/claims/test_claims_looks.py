"""Looks: the promise holds for who stops when a verdict pleases, and each look sees its seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import HERE, Shelf, case, claim, runs, suite

from harness.claims import judge, looks
from harness.claims.looks import ONCE

A = case("a", opt="x", kinds={"acc": "real", "hit": "binary", "loss": "positive"})
PLANNED = {A.id: 10}
RUNS = 1500


def judged(about, records, when):
    (found,) = judge(suite(about), [A], Shelf(records), {}, PLANNED, when)
    return found


def test_looks_double_up_to_the_most() -> None:
    assert looks(10, None) == looks(10, 10) == looks(10, 3) == ONCE
    assert looks(10, 80).factors == (1, 2, 4, 8)
    assert looks(10, 50).factors == (1, 2, 4, 5)
    assert looks(3, 7).seeds(3, 2) == 7
    assert ONCE.alpha(0) == 0.05


@pytest.mark.parametrize("most", [20, 40, 80, 1000])
def test_the_levels_add_up_to_that_of_one_look(most: int) -> None:
    found = looks(10, most)
    levels = [found.alpha(look) for look in range(len(found.factors))]
    assert sum(levels) == pytest.approx(0.05)
    assert levels == sorted(levels)


def test_a_look_sees_its_own_seeds_only_and_an_incomplete_one_is_none() -> None:
    about, when = claim(expect={"at_least": 0.5}), looks(10, 40)
    rng = np.random.default_rng(0)
    near = list(rng.normal(0.5, 0.1, 10))
    clear = [*near, *rng.normal(0.9, 0.01, 10)]
    first = judged(about, runs(A, near), when)
    assert (first.verdict, first.findings[0].look, first.findings[0].looks) == (
        "inconclusive", 1, 3,
    )  # fmt: skip
    half = judged(about, runs(A, clear[:15]), when)
    assert (half.verdict, half.findings[0].n) == ("inconclusive", 10)
    second = judged(about, runs(A, clear), when)
    assert (second.verdict, second.findings[0].look, second.findings[0].n) == ("reproduced", 2, 20)
    # what comes later changes nothing: it was settled
    later = judged(about, runs(A, [*clear, *[0.0] * 20]), when)
    assert (later.verdict, later.findings[0].look) == ("reproduced", 2)


WORLDS = {
    "normal": ("acc", lambda rng, n: rng.normal(1.0, 0.1, n), 1.0),
    "lognormal": ("loss", lambda rng, n: rng.lognormal(0.0, 1.0, n), 1.0),
    "0/1": ("hit", lambda rng, n: (rng.random(n) < 0.8).astype(float), 0.8),
}


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize(("hair", "wrong"), [(-1e-9, "contradicted"), (1e-9, "reproduced")])
def test_who_stops_when_it_is_settled_is_wrong_no_oftener(name, hair, wrong) -> None:
    metric, draw, middle = WORLDS[name]
    about, when = claim(metric=metric, expect={"at_least": middle + hair}), looks(10, 80)
    rng = np.random.default_rng(1)
    found = [judged(about, runs(A, draw(rng, 80), metric), when).verdict for _ in range(RUNS // 5)]
    share = found.count(wrong) / len(found)
    assert share <= 0.05 + 4.0 * math.sqrt(0.05 * 0.95 / len(found))


def test_more_seeds_settle_more() -> None:
    rng = np.random.default_rng(2)
    about = claim(expect={"at_least": 0.95})
    settled = {
        most: sum(
            judged(about, runs(A, rng.normal(1.0, 0.1, max(most, 10))), looks(10, most)).verdict
            == "reproduced"
            for _ in range(60)
        )
        for most in (10, 80)
    }
    assert settled[80] > 55
    assert settled[10] < 45


def test_a_claim_with_a_single_look_carries_none() -> None:
    found = judged(claim(expect={"at_least": 0.5}), runs(A, np.linspace(0.9, 1.0, 10)), ONCE)
    assert (found.findings[0].look, found.findings[0].looks) == (0, 0)
    assert found.findings[0].environment == HERE.id


def test_a_p_value_of_a_look_is_worth_what_it_would_be_if_there_were_one() -> None:
    # three looks have 1/6, 2/6 and 3/6 of the level: p is multiplied by 6, 3 and 2
    about, rng = claim(expect={"at_least": 1.0}), np.random.default_rng(5)
    low = rng.normal(0.9, 0.1, 10)
    once = judged(about, runs(A, low), ONCE).findings[0].p_contradict
    many = judged(about, runs(A, low), looks(10, 40)).findings[0]
    assert once is not None
    assert many.p_contradict == pytest.approx(6.0 * once)
    assert (many.verdict == "contradicted") == (many.p_contradict <= 0.05)
    # before the first look is complete, too
    early = judged(about, runs(A, low[:5]), looks(10, 40)).findings[0]
    alone = judged(about, runs(A, low[:5]), ONCE).findings[0]
    assert early.p_contradict == pytest.approx(min(1.0, 6.0 * alone.p_contradict))


def test_p_values_over_looks_are_p_values() -> None:
    # who stops when it is settled: P(p <= x) is at most x for every x, or q-values mean nothing
    about, when, rng = claim(expect={"at_least": 1.0}), looks(5, 40), np.random.default_rng(6)
    cases = [
        judge(suite(about), [A], Shelf(runs(A, rng.normal(1.0, 0.1, 40))), {}, {A.id: 5}, when)[0]
        for _ in range(400)
    ]
    found = np.array([verdict.findings[0].p_contradict for verdict in cases])
    for x in (0.01, 0.05, 0.1, 0.3):
        assert np.mean(found <= x) <= x + 4.0 * math.sqrt(x * (1.0 - x) / found.size)
