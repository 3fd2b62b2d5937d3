"""The course of a run, with rounds that end early."""

import math

import pytest
from gate_pairs import pair, sample

from harness.gate import rounds
from harness.gate.journal import Journal
from harness.gate.rounds import Bench, Limits, SelectedCases, run
from harness.gate.values import Pair, Thresholds
from harness.lockstep.sample import Sample
from harness.lockstep.turns import OutOfTime


class Unstarted:
    """Hands out couples without a process."""

    alone = True

    def __init__(self, timeouts):
        self.timeouts = timeouts

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def take(self, commands, index, options):
        return index

    def start_next(self, commands, index, options):
        return None

    def done(self):
        return None


def course(tmp_path, monkeypatch, ending, *first):
    """Run two cases over one round that ends with an exception after some pairs."""

    def measure_round(couple, names, rng, timeouts, bursts):
        yield from first
        raise ending

    monkeypatch.setattr(rounds, "measure_round", measure_round)
    monkeypatch.setattr(rounds, "Relay", Unstarted)
    found = SelectedCases(dict.fromkeys("ab", Bench({})))
    plan = Limits(lambda case, quantity: Thresholds(), math.inf, "20s")
    with Journal(tmp_path, {"of": "this test"}) as journal:
        return run(found, plan, journal)


@pytest.mark.parametrize(
    ("ending", "partial"),
    [
        (OutOfTime(), "the budget of 20s ended with 2 cases open"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_the_pairs_of_a_round_that_ends_early_are_kept(tmp_path, monkeypatch, ending, partial):
    trials, said = course(tmp_path, monkeypatch, ending, pair())
    assert said == partial
    assert repr(trials.pairs) == repr((pair(),))  # a value that is nan equals itself in words only
    assert {one.case: one.pairs for one in trials.decisions if one.quantity == "time"} == {
        "a": 1,
        "b": 0,
    }


def test_an_interrupted_round_is_gone_on_with(tmp_path, monkeypatch):
    course(tmp_path, monkeypatch, KeyboardInterrupt(), pair())
    assert repr(Journal(tmp_path, {"of": "this test"}).pairs) == repr([pair()])


def test_a_failure_counts_although_the_time_was_up(tmp_path, monkeypatch):
    broken = Pair("a", 0, "base", sample(), Sample(error="boom"))
    trials, said = course(tmp_path, monkeypatch, OutOfTime(), broken)
    assert said == "the budget of 20s ended with 1 case open"
    assert {one.case: one.verdict for one in trials.decisions} == {
        "a": "broken",
        "b": "inconclusive",
    }


def test_the_next_round_is_started_ahead_after_a_calm_one_only(tmp_path, monkeypatch):
    """Four rounds, of which the third is measured beside other work."""
    alone, waits = [], iter([0.0, 0.0, 0.5, 0.0])

    class Noting(Unstarted):
        def start_next(self, commands, index, options):
            alone.append((index, self.alone))

    def measure_round(couple, names, rng, timeouts, bursts):
        wait = next(waits)
        yield from (Pair(name, couple, "base", *[sample(waited=0.2 * wait)] * 2) for name in names)

    monkeypatch.setattr(rounds, "measure_round", measure_round)
    monkeypatch.setattr(rounds, "Relay", Noting)
    found = SelectedCases(dict.fromkeys("ab", Bench({})))
    plan = Limits(lambda case, quantity: Thresholds(), math.inf, looks=(4,))
    with Journal(tmp_path, {"of": "this test"}) as journal:
        run(found, plan, journal)
    assert alone == [(1, True), (2, False), (3, False), (4, True)]


def test_two_benches_take_turns_and_the_first_comes_next(tmp_path, monkeypatch):
    took, ahead = [], []

    class Noting(Unstarted):
        def take(self, commands, index, options):
            took.append((index, options))
            return index

        def start_next(self, commands, index, options):
            ahead.append((index, options))

    def measure_round(couple, names, rng, timeouts, bursts):
        yield from (Pair(name, couple, "base", sample(), sample()) for name in names)

    monkeypatch.setattr(rounds, "measure_round", measure_round)
    monkeypatch.setattr(rounds, "Relay", Noting)
    one, other = Bench({}, ("one",)), Bench({}, ("other",))
    plan = Limits(lambda case, quantity: Thresholds(), math.inf, looks=(2,))
    with Journal(tmp_path, {"of": "this test"}) as journal:
        run(SelectedCases({"a": one, "b": one, "c": other}), plan, journal)
    assert took == [(index, (name,)) for index in (0, 1) for name in ("one", "other")]
    assert ahead == [(1, ("one",)), (2, ("one",))]
