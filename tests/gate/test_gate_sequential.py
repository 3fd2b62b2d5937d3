"""Which cases stay open and for how long they are measured, the looks, what failures become."""

import math
from dataclasses import replace

import numpy as np
import pytest
from gate_benchmarks import PATIENT, commands, measured, project
from gate_pairs import noisy, pair, sample

from harness.gate.sequential import FEWEST, PART, SequentialTest, enough, shorter
from harness.gate.values import Pair, Thresholds
from harness.lockstep.agent.harness_side.turns import SLICE
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


# -- for how long ------------------------------------------------------------------------------

FULL = 0.2
DEFAULT = Thresholds()


def drawn(rng, noise, count=8, turns=20, call=0.001, case="a"):
    """Pairs whose log-ratio differs from turn to turn by `noise`, and from pair to pair by 10 %."""

    def side(level):
        times = call * np.exp(level + noise / math.sqrt(2) * rng.normal(size=turns))
        return sample(call, turns=tuple(times))

    return [Pair(case, i, "base", side(0.0), side(0.1 * rng.normal())) for i in range(count)]


def said(pairs, thresholds=DEFAULT, longest=FULL):
    return shorter({"a": pairs}, lambda case, quantity: thresholds, longest).get("a")


def test_a_case_without_pairs_or_bursts_is_measured_for_the_full_time():
    assert said([]) is None
    assert said(drawn(np.random.default_rng(0), 0.001), longest=0.0) is None


@pytest.mark.parametrize("noise", [0.03, 0.05])
def test_the_time_is_that_after_which_the_mean_of_turns_is_known_well_enough(noise):
    rng = np.random.default_rng(1)
    error = 0.01
    turns = enough(drawn(rng, noise, count=200), error, FULL) / SLICE
    # what a normal number's trimmed mean loses against its mean is some ten percent
    assert turns == pytest.approx(1.1 * (noise / error) ** 2, rel=0.15)
    logs = [pair.log_ratio("time") for pair in drawn(rng, noise, count=4000, turns=round(turns))]
    between = 0.1
    assert np.var(logs) == pytest.approx(between**2 + error**2, rel=0.1)


def test_what_differs_from_process_to_process_asks_for_no_longer_time():
    calm = said(drawn(np.random.default_rng(2), 0.001))
    assert calm == {"max_time": pytest.approx(FEWEST * SLICE), "warmup_iterations": 5}


def test_a_noisy_case_is_measured_for_the_full_time():
    assert said(drawn(np.random.default_rng(3), 0.2)) is None


def test_a_single_disturbed_pair_does_not_ask_for_more():
    rng = np.random.default_rng(4)
    calm, wild = drawn(rng, 0.001), drawn(rng, 3.0, count=1)
    assert said([*calm, *wild]) == said(calm)


def test_margin_and_tolerance_say_what_must_be_told_apart():
    pairs = drawn(np.random.default_rng(5), 0.04)
    wide, narrow = (Thresholds(0.01, 0.01 + gap) for gap in (0.05, 0.03))
    shorter_one, longer_one = said(pairs, wide), said(pairs, narrow)
    assert shorter_one["max_time"] < longer_one["max_time"]
    assert said(pairs, Thresholds(0.05, 0.05)) is None
    assert said(pairs, Thresholds(0.01, 0.05, absolute=1.0)) is None
    error = (math.log1p(0.04) - math.log1p(0.01)) / PART
    assert longer_one["max_time"] == pytest.approx(enough(pairs, error, FULL))


def test_swapped_sides_are_measured_for_as_long():
    pairs = drawn(np.random.default_rng(6), 0.02)
    flipped = [Pair("a", p.index, "head", p.head, p.base) if p.index % 3 else p for p in pairs]
    assert said(flipped)["max_time"] == pytest.approx(said(pairs)["max_time"], rel=1e-12)


def test_long_calls_have_as_many_turns_and_fewer_to_warm_up():
    slow = said(drawn(np.random.default_rng(7), 0.001, call=0.02))
    assert slow == {"max_time": pytest.approx(FEWEST * 0.02), "warmup_iterations": 1}


def test_slow_calls_warm_up_less_even_if_they_are_measured_for_the_full_time():
    noisy = said(drawn(np.random.default_rng(9), 0.2, call=0.02))
    assert noisy == {"max_time": FULL, "warmup_iterations": 1}


def test_what_clocks_take_of_a_turn_is_not_measured_as_well():
    first, *later = drawn(np.random.default_rng(10), 0.001, turns=26)
    calm = said([first, *later])  # 26 turns held 0.2 s of calls: the first and the last are one
    assert calm["max_time"] == pytest.approx(FEWEST * FULL / 25)
    one = said([first, *drawn(np.random.default_rng(11), 0.001, turns=7)])
    assert one["max_time"] == pytest.approx(FEWEST * FULL / 25)  # later ones are shorter


def test_too_few_turns_tell_nothing_of_their_noise():
    assert said(drawn(np.random.default_rng(8), 0.001, turns=3)) is None


OWN = """
import pytest

def test_plain(benchmark):
    benchmark(sum, range(200))
    assert benchmark._max_time == 0.2

@pytest.mark.benchmark(max_time=0.03, min_rounds=2)
def test_own(benchmark):
    benchmark(sum, range(200))
    assert benchmark._max_time == 0.03

@pytest.mark.benchmark(group="sums")
def test_marked(benchmark):
    benchmark(sum, range(200))
    assert benchmark._max_time == 0.01
    assert benchmark.group == "sums"
"""


def test_a_side_measures_for_as_long_as_it_is_told_unless_the_test_says_itself(tmp_path):
    sides = commands(project(tmp_path, OWN))
    names = [f"bench/test_it.py::test_{name}" for name in ("plain", "own", "marked")]
    options = ("--benchmark-max-time=0.2", "-c", "/dev/null")
    bursts = {name: {"max_time": 0.01} for name in names[1:]}
    rng = np.random.Generator(np.random.PCG64(0))
    found = list(measured(sides, names, 0, rng, PATIENT, options, bursts))
    assert [pair.base.error for pair in found] == ["", "", ""]
    (untold,) = measured(sides, names[2:], 0, rng, PATIENT, options)
    assert "0.2 == 0.01" in untold.base.error  # the bench asserts are read, and fail when not met
