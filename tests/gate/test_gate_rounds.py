"""The course of a run, with rounds that end early."""

import math
from dataclasses import replace

import numpy as np
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


def beside_and_alone(tmp_path, monkeypatch, ratios, names="ab", **limits):
    """Run cases of which `a` changes by one ratio beside others, and by another by itself.

    Returns the end of the run, the rounds that each had by itself, and the journal's pairs.
    """
    alone, rng = [], np.random.default_rng(0)

    def measure_round(couple, names, rng_, timeouts, bursts):
        if couple >= 20:
            alone.append((*names, couple))
        for name in names:
            ratio = ratios[couple >= 20] if name == "a" else 1.0
            if isinstance(ratio, BaseException):
                raise ratio
            ratio *= math.exp(0.003 * rng.normal())
            yield replace(pair(couple, ratio, name), index=couple)

    monkeypatch.setattr(rounds, "measure_round", measure_round)
    monkeypatch.setattr(rounds, "Relay", Unstarted)
    plan = Limits(lambda case, quantity: Thresholds(), math.inf, looks=(10, 20), **limits)
    with Journal(tmp_path, {"of": "this test"}) as journal:
        ended = run(SelectedCases(dict.fromkeys(names, Bench({}))), plan, journal)
    return *ended, alone, Journal(tmp_path, {"of": "this test"}).pairs


def times(test):
    return {one.case: one for one in test.decisions if one.quantity == "time"}


def test_what_is_slower_beside_others_only_is_not_regressed(tmp_path, monkeypatch):
    found, partial, alone, left = beside_and_alone(tmp_path, monkeypatch, (1.14, 1.0))
    decision = times(found)["a"]
    assert (decision.verdict, partial, left) == ("ok", "", [])
    assert decision.reason.startswith("measured by itself; +1")
    assert "after other benchmarks in its process" in decision.reason
    assert abs(decision.ratio - 1) < 0.01
    assert alone == [("a", index) for index in range(20, 30)]
    own = [one for one in found.pairs if one.case == "a"]
    assert [one.index for one in own] == list(range(20, 30))  # what the decision rests on
    assert times(found)["b"].pairs == 10


def test_what_is_slower_by_itself_too_stays_regressed_after_half_a_look(tmp_path, monkeypatch):
    found, _, alone, _ = beside_and_alone(tmp_path, monkeypatch, (1.14, 1.16))
    decision = times(found)["a"]
    assert (decision.verdict, decision.reason, decision.pairs) == ("regressed", "", 20)
    assert len(alone) == 5
    assert abs(decision.ratio - 1.14) < 0.01


def test_a_case_that_has_no_others_beside_it_is_not_measured_again(tmp_path, monkeypatch):
    found, _, alone, _ = beside_and_alone(tmp_path, monkeypatch, (1.14, 1.14), names="a")
    assert times(found)["a"].verdict == "regressed"
    assert not alone


def test_the_self_test_does_not_measure_again(tmp_path, monkeypatch):
    found, _, alone, _ = beside_and_alone(tmp_path, monkeypatch, (1.14, 1.0), alone=False)
    assert times(found)["a"].verdict == "regressed"
    assert not alone


@pytest.mark.parametrize(
    ("ending", "said"), [(OutOfTime(), ""), (KeyboardInterrupt(), "interrupted")]
)
def test_what_could_not_be_measured_by_itself_stays_as_it_was(tmp_path, monkeypatch, ending, said):
    found, partial, _, left = beside_and_alone(tmp_path, monkeypatch, (1.14, ending))
    assert times(found)["a"].verdict == "regressed"
    assert partial == said
    assert len(left) == (30 if said else 0)  # the same command goes on with these


def test_what_fails_by_itself_stays_as_it_was(tmp_path, monkeypatch):
    broken = Pair("a", 20, "base", sample(), Sample(error="needs what another test left"))

    def measure_round(couple, names, rng, timeouts, bursts):
        ratio = {"a": 1.14 + 0.001 * couple, "b": 1.0}
        yield from [broken] if couple == 20 else (pair(couple, ratio[n], n) for n in names)

    monkeypatch.setattr(rounds, "measure_round", measure_round)
    monkeypatch.setattr(rounds, "Relay", Unstarted)
    plan = Limits(lambda case, quantity: Thresholds(), math.inf, looks=(10, 20))
    with Journal(tmp_path, {"of": "this test"}) as journal:
        found, _ = run(SelectedCases(dict.fromkeys("ab", Bench({}))), plan, journal)
    assert times(found)["a"].verdict == "regressed"
