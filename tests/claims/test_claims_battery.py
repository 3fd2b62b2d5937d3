"""The error rates of the table, a small sample of it; `nox -s rates` makes the whole."""

from __future__ import annotations

import math

import error_rates
import numpy as np
import pytest
from error_rates import Count
from error_trials import ERRORS, POWER, Judge, trials, without_words
from error_worlds import WORLDS

DRAWS = 100
TRIALS = {t.name: t for t in trials()}


@pytest.mark.parametrize("draws", [50, pytest.param(DRAWS, marks=pytest.mark.faults)])
@pytest.mark.parametrize("name", TRIALS)
def test_a_claim_that_is_just_true_or_just_false_is_seldom_judged_wrongly(
    name: str, draws: int
) -> None:
    rates = TRIALS[name].rates(10, draws, ERRORS)
    nominal = error_rates.NOMINAL
    limit = nominal + 4.0 * math.sqrt(nominal * (1.0 - nominal) / draws)
    assert rates.get("edge", 0.0) <= limit
    assert rates.get("beyond", 0.0) <= limit


def test_there_are_twelve_worlds_and_every_rule() -> None:
    assert len(WORLDS) >= 12
    rules = {t.rule.partition(",")[0] for t in TRIALS.values()}
    assert rules == {
        "value", "range", "difference", "ratio", "better", "best", "frequency", "trend", "exactly",
    }  # fmt: skip


def test_normal_numbers_are_settled() -> None:
    rates = TRIALS["value: normal"].rates(5, DRAWS, POWER)
    assert rates["true"] > 0.9
    assert rates["false"] > 0.9


@pytest.mark.parametrize("n", [2, 3, 5])
def test_where_there_is_nothing_to_find_the_best_is_not_denied(n: int) -> None:
    assert TRIALS["best: all equal, fixed"].rates(n, DRAWS, ("edge",)) == {"edge": 0.0}


# -- the program ---------------------------------------------------------------------------------


def test_a_table_is_the_same_however_it_was_divided(tmp_path) -> None:
    only, log = "range, at_least: 0/1 *", tmp_path / "log"
    whole = list(error_rates.simulated(20, only, {}))
    assert {c.trial for c in whole} == {
        "range, at_least: 0/1 with p = 0.95", "range, at_least: 0/1 with p = 0.5",
    }  # fmt: skip
    first = {(c.trial, c.question, c.n): c for c in whole[:7]}
    rest = list(error_rates.simulated(20, only, first))
    assert [*first.values(), *rest] == whole
    assert error_rates.counted(log) == {}
    log.write_text('{"trial": "a", "question": "edge", "n": 2, "draws": 9, "found": 1}\n{"tr')
    assert error_rates.counted(log) == {("a", "edge", 2): Count("a", "edge", 2, 9, 1)}


def test_the_page_names_what_chance_does_not_explain() -> None:
    fair = Count("value: normal", "edge", 2, 1000, 55)
    high = Count("value: normal", "beyond", 2, 1000, 90)
    found = {(c.trial, c.question, c.n): c for c in (fair, high)}
    assert error_rates.too_high(found) == [high]
    text = error_rates.page(found)
    assert "2 of 2 error rates are above 5 %" in text
    assert "- value: normal, n = 2: reproduced in 9.0 % (95 % interval 7.3 to 10.9)" in text
    assert "| value | normal | real | 5.5 / 9.0 | - / - | - / - | - / - | - / - |" in text


@pytest.mark.parametrize("name", TRIALS)
def test_leaving_out_the_words_changes_no_verdict(name: str) -> None:
    trial, rng = TRIALS[name], np.random.default_rng(1)
    question = "edge" if "edge" in trial.claims else "beyond"
    columns = trial.draw(rng, (4, 6), question)
    judge = Judge(trial.claims[question], trial.world.kind, len(columns), steps=False)
    told = [judge.verdict(each) for each in zip(*columns, strict=True)]
    with without_words():
        assert [judge.verdict(each) for each in zip(*columns, strict=True)] == told


@pytest.mark.parametrize("name", [name for name, trial in TRIALS.items() if trial.world.steps])
def test_judging_the_same_values_once_changes_no_count(name: str) -> None:
    trial, rng = TRIALS[name], np.random.default_rng(2)
    question = "beyond" if "beyond" in trial.claims else "edge"
    columns = trial.draw(rng, (40, 6), question)
    about, kind = trial.claims[question], trial.world.kind
    once, each = (Judge(about, kind, len(columns), steps=steps) for steps in (True, False))
    with without_words():
        for one in zip(*columns, strict=True):
            assert once.verdict(one) == each.verdict(one)
