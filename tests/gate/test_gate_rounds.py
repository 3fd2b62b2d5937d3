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


def course(tmp_path, monkeypatch, ending, *first):
    """Run two cases over one round that ends with an exception after some pairs."""

    def measure_round(commands, names, index, rng, timeouts, options):
        yield from first
        raise ending

    monkeypatch.setattr(rounds, "measure_round", measure_round)
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
