"""Which cases stay open, when they are looked at, and what failures become."""

from dataclasses import replace

import numpy as np
import pytest
from gate_pairs import noisy, pair, sample

from harness.gate.sequential import SequentialTest
from harness.gate.values import Pair, Thresholds
from harness.lockstep.sample import Sample


def trials(*names, **options):
    return SequentialTest(names, lambda case, quantity: Thresholds(), **options)


def failing(side, error, case="a", index=0, *, skipped=False):
    bad = Sample(error=error, skipped=skipped)
    return replace(pair(index, case=case), **{side: bad})


def test_settled_cases_get_no_more_pairs():
    run, rng = trials("quiet", "loud"), np.random.default_rng(0)
    for quiet, loud in zip(
        noisy(rng, 10, noise=0.002, case="quiet"),
        noisy(rng, 10, noise=0.3, case="loud"),
        strict=True,
    ):
        assert run.open == ("quiet", "loud")
        run.add([quiet, loud])
    assert run.open == ("loud",)


def test_every_case_is_settled_after_the_last_look():
    run, rng = trials("a"), np.random.default_rng(0)
    for one in noisy(rng, 40, noise=0.5):
        run.add([one])
    assert not run.open
    assert {d.quantity: d.verdict for d in run.decisions} == {
        "time": "inconclusive",
        "memory": "ok",
    }
    assert {d.quantity: d.pairs for d in run.decisions} == {"time": 40, "memory": 10}


@pytest.mark.parametrize(
    ("one", "verdict", "reason"),
    [
        (failing("head", "call: boom"), "broken", "call: boom (head)"),
        (failing("base", "call: boom"), "broken", "call: boom (base)"),
        (failing("head", "boom", index=6), "broken", "in round 7: boom (head)"),
        (failing("head", "skipped: no GPU", skipped=True), "missing", "skipped: no GPU (head)"),
    ],
)
def test_a_failure_settles_the_case(one, verdict, reason):
    run = trials("a", "b")
    run.add([one, pair(one.index, case="b")])
    assert run.open == ("b",)
    (found,) = run.decisions
    assert (found.verdict, found.reason) == (verdict, reason)


def test_the_same_failure_of_both_sides_is_said_once():
    run = trials("a")
    run.add([Pair("a", 0, "base", Sample(error="boom"), Sample(error="boom"))])
    assert run.decisions[0].reason == "boom (both sides)"


def test_a_failure_is_said_even_after_good_pairs_and_takes_their_decisions_along():
    run = trials("a")
    for one in noisy(np.random.default_rng(0), 20, noise=0.4):
        run.add([one])  # memory is settled at the first look
    run.add([failing("head", "boom", index=20)])
    assert [d.verdict for d in run.decisions] == ["broken"]


def test_memory_that_one_side_cannot_tell_is_not_judged():
    run = trials("a", looks=(2,))
    for index in range(2):
        run.add([Pair("a", index, "base", sample(peak=float("nan")), sample())])
    assert [d.quantity for d in run.decisions] == ["time"]


def test_device_memory_is_judged_where_both_sides_have_used_some():
    run = trials("a", looks=(40,))
    for index in range(40):
        run.add([Pair("a", index, "base", sample(device_peak=1e8), sample(device_peak=2e8))])
    verdicts = {d.quantity: d.verdict for d in run.decisions}
    assert verdicts == {"time": "ok", "memory": "ok", "device_memory": "regressed"}


def test_the_end_of_the_budget_takes_the_next_look():
    run = trials("a", "b")
    for one in noisy(np.random.default_rng(0), 15, 1.2, noise=0.001):
        run.add([one])
    run.close("the budget ended")
    found = {d.case: d for d in run.decisions if d.quantity == "time"}
    assert (found["a"].verdict, found["a"].pairs) == ("regressed", 15)
    assert found["b"].verdict == "inconclusive"
    assert found["b"].reason == "not measured: the budget ended"


def test_an_interruption_judges_nothing():
    run = trials("a", looks=(40,))
    for one in noisy(np.random.default_rng(0), 20, 1.2, noise=0.001):
        run.add([one])
    run.close("interrupted", judge=False)
    assert {(d.verdict, d.reason) for d in run.decisions} == {("inconclusive", "interrupted")}
    assert all(d.pairs == 20 for d in run.decisions)
