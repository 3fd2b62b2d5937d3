"""What a verdict is as a test, and in which words."""

import outlets_verdicts as fake
import pytest

from harness.cli import codes
from harness.outlets import outcome


def test_what_holds_passes_what_says_nothing_is_skipped():
    found = {verdict.claim: outcome.outcome(verdict) for verdict in fake.EVERY}
    assert found == {
        "accuracy": "passed",
        "false": "failed",
        "known": "passed",
        "moved": "failed",
        "doubt": "skipped",
        "open": "passed",
        "not-run": "skipped",
        "elsewhere": "skipped",
        "partial": "skipped",
        "informs": "skipped",
    }


def test_strictness_is_about_doubt_that_nobody_expects():
    strict = {v.claim for v in fake.EVERY if outcome.outcome(v, strict=True) == "failed"}
    assert strict == {"false", "moved", "doubt"}


@pytest.mark.parametrize("verdict", fake.EVERY, ids=lambda verdict: verdict.claim)
def test_a_test_fails_where_the_command_does(verdict):
    fails = codes.of_verdicts([verdict], strict=False) == codes.MOVED
    assert (outcome.outcome(verdict) == "failed") is fails


def test_one_line_says_why():
    assert outcome.why(fake.FALSE) == "contradicted: it lies outside"
    assert outcome.why(fake.PARTIAL) == "contradicted (fewer runs than planned): it lies outside"
    assert outcome.why(fake.MOVED) == "reproduced (moved from contradicted): it lies inside"


def test_the_numbers_are_shown():
    assert outcome.numbers(fake.KNOWN).splitlines() == [
        "quote      reaches **97 %**, says the README",
        "published  97 %",
        "measured   97.38 % ± 0.09 (n = 10)",
        "verdict    contradicted: it lies outside",
        "expected   contradicted: it was so",
    ]
    assert "measured   -" in outcome.numbers(fake.NOT_RUN)
