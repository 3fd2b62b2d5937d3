"""The error rates of the table, a small sample of it; `nox -s rates` makes the whole."""

from __future__ import annotations

import math

import error_rates
import pytest

DRAWS = 100
NOMINAL = 0.05
TRIALS = {f"{t.rule}: {t.world.name}": t for t in error_rates.trials()}
SLOW = ("better", "best")


@pytest.mark.parametrize("name", TRIALS)
def test_a_claim_that_is_just_true_or_just_false_is_seldom_judged_wrongly(name: str) -> None:
    trial = TRIALS[name]
    sign_flips = trial.world.kind == "real" and trial.rule in SLOW
    n = 5 if sign_flips else 10
    draws = DRAWS // 5 if sign_flips else DRAWS
    rates = trial.rates(n, DRAWS, ("edge", "beyond"))
    limit = NOMINAL + 4.0 * math.sqrt(NOMINAL * (1.0 - NOMINAL) / draws)
    assert rates.get("edge", 0.0) <= limit
    assert rates.get("beyond", 0.0) <= limit


def test_there_are_twelve_worlds_and_every_rule() -> None:
    assert len(error_rates.WORLDS) >= 12
    rules = {t.rule.partition(",")[0] for t in TRIALS.values()}
    assert rules == {
        "value", "range", "difference", "ratio", "better", "best", "frequency", "trend", "exactly",
    }  # fmt: skip


def test_normal_numbers_are_settled() -> None:
    rates = TRIALS["value: normal"].rates(5, DRAWS, ("true", "false"))
    assert rates["true"] > 0.9
    assert rates["false"] > 0.9
