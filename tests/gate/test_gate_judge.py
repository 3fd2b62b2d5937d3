"""The sequential judge: its levels by simulation, and every verdict and reason."""

import math
from dataclasses import replace

import numpy as np
import pytest
from gate_pairs import noisy, pair, sample
from scipy import stats

from harness.gate.couples import disturbed, machine_notes
from harness.gate.judge import ALPHAS, BETAS, LOOKS, Look, decide, taken_back, undecided
from harness.gate.sequential import SequentialTest
from harness.gate.settings import GateSettings
from harness.gate.values import SIDES, Pair, Thresholds

DEFAULT = Thresholds()
LAST = Look(2, 1, final=True)


def course(pairs, thresholds=DEFAULT, looks=LOOKS):
    """What a whole run would decide of one case's times."""
    trials = SequentialTest(["a"], lambda case, quantity: thresholds, looks)
    for number, one in enumerate(pairs):
        if number in looks and not trials.open:  # between looks nothing is decided
            break
        trials.add([one])
    trials.close("over")
    return next(d for d in trials.decisions if d.quantity == "time")


@pytest.fixture
def quick(monkeypatch):
    """Leave out what a decision says beside its verdict, and costs most."""
    monkeypatch.setattr("harness.statistics.detectable", lambda *_: 0.02)


MANY = pytest.mark.parametrize("tries", [200, pytest.param(3_000, marks=pytest.mark.faults)])


def test_the_levels_add_up_to_what_is_promised():
    assert sum(ALPHAS) == pytest.approx(0.01)
    assert sum(BETAS) == pytest.approx(0.05)
    assert len(LOOKS) == len(ALPHAS) == len(BETAS)


@MANY
@pytest.mark.parametrize("tails", [math.inf, 2], ids=["normal", "heavy tails"])
@pytest.mark.parametrize("slower", [1.0, 1.01])
def test_false_alarms_are_rare_even_at_the_margin(quick, tails, slower, tries):
    rng = np.random.default_rng(11)
    draw = rng.normal if tails == math.inf else lambda size: rng.standard_t(tails, size)
    verdicts = [course(noisy(rng, 40, slower, draw=draw)).verdict for _ in range(tries)]
    alarms = verdicts.count("regressed")
    assert stats.binomtest(alarms, tries, 0.01, alternative="greater").pvalue > 0.001


@MANY
def test_a_slow_down_of_the_tolerance_is_rarely_called_ok(quick, tries):
    rng = np.random.default_rng(12)
    wide = Thresholds(margin=0.05, tolerance=0.05)
    verdicts = [course(noisy(rng, 40, 1.05), wide).verdict for _ in range(tries)]
    wrong = verdicts.count("ok")
    assert stats.binomtest(wrong, tries, 0.05, alternative="greater").pvalue > 0.001


def test_five_percent_in_two_percent_noise_is_caught(quick):
    rng = np.random.default_rng(13)
    verdicts = [course(noisy(rng, 40, 1.05)).verdict for _ in range(200)]
    assert verdicts.count("regressed") >= 190


def test_an_improvement_is_the_mirror_of_a_regression():
    rng = np.random.default_rng(14)
    found = course(noisy(rng, 40, 1 / 1.05))
    assert (found.verdict, found.ratio) == ("improved", pytest.approx(1 / 1.05, abs=0.01))


def test_equal_sides_are_ok_at_the_first_look():
    found = course(noisy(np.random.default_rng(15), 40, noise=0.005))
    assert (found.verdict, found.pairs, found.reason) == ("ok", 10, "")
    assert found.interval.low < 1 < found.interval.high


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        (noisy(np.random.default_rng(0), 40, noise=0.5), "too noisy: up to"),
        (noisy(np.random.default_rng(0), 4), "too few pairs: 4"),
        (noisy(np.random.default_rng(0), 6, 1.2, noise=1e-6), "too few pairs to call it"),
    ],
)
def test_an_open_case_says_why(pairs, reason):
    found = decide("a", "time", pairs, DEFAULT, LAST)
    assert found.verdict == "inconclusive"
    assert found.reason.startswith(reason)


def test_an_open_case_stays_open_until_the_last_look():
    pairs = noisy(np.random.default_rng(0), 10, noise=0.5)
    assert decide("a", "time", pairs, DEFAULT, Look(0, 1)) is None


def test_alpha_is_split_over_the_tests():
    pairs = noisy(np.random.default_rng(1), 10, 1.2, noise=0.001)
    assert decide("a", "time", pairs, DEFAULT, Look(0, 1)).verdict == "regressed"
    assert decide("a", "time", pairs, DEFAULT, Look(0, 10)) is None  # 10 pairs cannot tell so well


@pytest.mark.parametrize(
    ("slower", "verdict"), [(0.6, "improved"), (1.03, "regressed"), (1.0, "ok")]
)
def test_a_change_that_ten_pairs_cannot_show_is_not_called_ok_before_more_have_come(
    slower, verdict
):
    pairs = noisy(np.random.default_rng(16), 40, slower, noise=0.003)
    first = decide("a", "time", pairs[:10], DEFAULT, Look(0, 10))
    later = decide("a", "time", pairs[:20], DEFAULT, Look(1, 10))
    assert (first.verdict if first else None) == ("ok" if slower == 1.0 else None)
    assert later.verdict == verdict


def test_when_no_more_pairs_will_come_the_bound_alone_says_ok():
    pairs = noisy(np.random.default_rng(16), 10, 0.6, noise=0.003)
    assert decide("a", "time", pairs, DEFAULT, Look(0, 10, final=True)).verdict == "ok"


def test_the_smallest_slow_down_it_could_have_seen_grows_with_the_noise():
    rng = np.random.default_rng(2)
    quiet, loud = (course(noisy(rng, 40, noise=noise), looks=(40,)) for noise in (0.002, 0.01))
    assert 1.01 < quiet.detectable < loud.detectable < 1.05


@pytest.mark.parametrize(
    ("thresholds", "verdict"),
    [
        (Thresholds(), "regressed"),
        (Thresholds(margin=0.15, tolerance=0.15), "ok"),
        (Thresholds(absolute=0.0002), "ok"),  # 10 % of a millisecond is 0.1 ms
        (Thresholds(absolute=0.00005), "regressed"),
    ],
)
def test_limits_are_relative_and_absolute(thresholds, verdict):
    pairs = noisy(np.random.default_rng(3), 40, 1.10, noise=0.005)
    assert course(pairs, thresholds).verdict == verdict


def contended(count, of, slower=1.3, waited=0.1):
    """Pairs of which the first `count` had a head that waited for half of its time."""
    pairs = noisy(np.random.default_rng(4), of, slower, noise=0.005)
    return [
        replace(p, head=replace(p.head, waited=waited)) if p.index < count else p for p in pairs
    ]


def test_contention_that_may_explain_a_slow_down_widens_it_to_inconclusive():
    found = decide("a", "time", contended(25, 40), DEFAULT, LAST)
    assert found.verdict == "inconclusive"
    assert found.reason == "contended: regressed only with the time that other work took"
    assert found.disturbed == 25


def test_contention_keeps_a_case_open_before_the_last_look():
    assert decide("a", "time", contended(25, 40), DEFAULT, Look(1, 1)) is None


def test_what_contention_cannot_explain_stands():
    found = decide("a", "time", contended(25, 40, slower=3.0), DEFAULT, LAST)
    assert (found.verdict, found.disturbed) == ("regressed", 25)


def test_some_contention_leaves_the_verdict():
    found = decide("a", "time", contended(15, 40), DEFAULT, LAST)
    assert (found.verdict, found.disturbed) == ("regressed", 15)


def memories(base, head, count=20, held=5e7):
    """`count` pairs of processes that took so much memory, above or below what they held."""
    sides = [sample(peak=held + taken, held=held) for taken in (base, head)]
    return [Pair("a", index, SIDES[index % 2], *sides) for index in range(count)]


MEMORY = GateSettings().thresholds("a", "memory")
MIB = 2.0**20


@pytest.mark.parametrize(
    ("base", "head", "verdict", "reason"),
    [
        (0.0, 0.0, "ok", "too small to tell: less than 1 MiB on both sides"),
        (0.01 * MIB, 0.9 * MIB, "ok", "too small to tell: less than 1 MiB on both sides"),
        (0.0, 1.5 * MIB, "ok", ""),  # it counts as 1 MiB, of which half more is too little
        (-2 * MIB, 0.0, "ok", "too small to tell: less than 1 MiB on both sides"),
        (0.0, 4 * MIB, "regressed", ""),
        (4 * MIB, 0.0, "improved", ""),
        (20 * MIB, 20.9 * MIB, "ok", ""),
        (20 * MIB, 22 * MIB, "regressed", ""),
        (200 * MIB, 400 * MIB, "regressed", ""),
    ],
)
def test_memory_counts_above_what_the_process_held(base, head, verdict, reason):
    found = decide("a", "memory", memories(base, head), MEMORY, LAST)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert (found.base, found.head) == pytest.approx((max(base, 0.0), max(head, 0.0)))
    assert math.isfinite(found.ratio)


def test_what_the_processes_held_is_no_regression():
    pairs = [
        Pair("a", i, "base", sample(peak=31e6, held=30e6), sample(peak=35e6, held=34e6))
        for i in range(40)
    ]
    assert decide("a", "memory", pairs, MEMORY, LAST).verdict == "ok"


def test_a_side_that_does_not_say_what_it_held_is_compared_by_whole_peaks():
    for sides in (
        [sample(peak=5e7, held=4e7), sample(peak=5e7)],
        [sample(peak=5e7), sample(peak=5e7, held=4e7)],
        [sample(peak=5e7), sample(peak=5e7)],
    ):
        pairs = [Pair("a", index, "base", *sides) for index in range(20)]
        found = decide("a", "memory", pairs, MEMORY, LAST)
        assert (found.ratio, found.base, found.head) == (1.0, 5e7, 5e7)


def test_contention_is_no_matter_of_memory():
    pairs = [
        Pair("a", i, "base", sample(peak=5e7, waited=0.2), sample(peak=8e7, waited=0.2))
        for i in range(40)
    ]
    assert decide("a", "memory", pairs, DEFAULT, LAST).verdict == "regressed"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"waited": 0.04}, False),
        ({"waited": 0.06}, True),
        ({"waited": math.nan, "cpu": 0.2}, False),
        ({"waited": math.nan, "cpu": 0.1}, True),
    ],
)
def test_what_counts_as_disturbed(fields, expected):
    assert disturbed(pair(0, **fields)) is expected


def test_a_slow_moment_of_the_machine_falls_out_of_a_pair():
    moments = [3.0] * 3 + [1.0] * 6
    base = sample(turns=tuple(0.001 * m for m in moments))
    head = sample(turns=tuple(0.00105 * m for m in moments[1:]))  # began one turn later
    one = Pair("a", 0, "base", base, head)
    assert math.exp(one.log_ratio("time")) == pytest.approx(1.05)


def test_the_reader_is_told_of_a_machine_that_changes_its_speed():
    steady = [pair(0, speeds=(5e-5, 5.1e-5))]
    moody = [pair(0, speeds=(5e-5, 9e-5) * 20)]
    assert [*machine_notes(steady, 999), *machine_notes([pair()], 999)] == []
    (note,) = machine_notes(moody, 999)
    assert "factor of 1.8" in note


def by_itself(beside, pairs):
    """What is decided once pairs of a case by itself are in, as they come."""
    count = 0
    while undecided([beside], pairs[:count], LOOKS[0]):
        count += 1
    return taken_back(beside, pairs[:count])


@MANY
@pytest.mark.parametrize("tails", [math.inf, 2], ids=["normal", "heavy tails"])
@pytest.mark.parametrize("slower", [1.03, 1.05, 1.2])
def test_a_slow_down_of_its_own_is_seldom_taken_back(quick, tails, slower, tries):
    rng = np.random.default_rng(3)
    draw = rng.normal if tails == math.inf else lambda size: rng.standard_t(tails, size)
    found = lost = 0
    for _ in range(tries):
        first = course(noisy(rng, 40, slower, 0.01, draw=draw))
        if first.verdict == "regressed":
            found += 1
            lost += by_itself(first, noisy(rng, 10, slower, 0.01, draw=draw)) is not None
    assert found > tries / 2
    assert lost <= stats.binom.ppf(0.999, found, 0.01)


@MANY
@pytest.mark.parametrize("slower", [1.05, 1.2])
def test_a_slow_down_of_its_neighbours_is_taken_back(quick, slower, tries):
    rng = np.random.default_rng(4)
    back = 0
    for _ in range(tries):
        first = course(noisy(rng, 40, slower, 0.01))
        assert first.verdict == "regressed"
        back += by_itself(first, noisy(rng, 10, 1.0, 0.01)) is not None
    assert back >= 0.95 * tries


@pytest.mark.parametrize("alone", [1.0, 1.05, 1.0999])
def test_what_changes_less_by_itself_stays_if_it_is_not_ok_there(alone):
    rng = np.random.default_rng(5)
    first = course(noisy(rng, 40, 1.12, 0.002))
    found = by_itself(first, noisy(rng, 10, alone, 0.002))
    assert (found is not None) == (alone < 1.02)


def test_nothing_is_taken_back_by_pairs_that_are_few_or_without_values():
    rng = np.random.default_rng(6)
    first = course(noisy(rng, 40, 1.2, 0.002))
    same = noisy(rng, 10, 1.0, 0.002)
    assert taken_back(first, same) is not None
    assert taken_back(first, []) is None
    assert taken_back(first, same[:4]) is None
    assert taken_back(first, [*same, replace(pair(10), head=sample(math.nan))]) is None
    assert taken_back(replace(first, interval=None), same) is None
