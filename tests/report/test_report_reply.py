"""What a suite found, in plain sentences: counts in words, and the finding that stands out."""

from dataclasses import replace

import fake_verdicts as fake
import pytest

from harness.report.ledger import entries
from harness.report.quotes import Places
from harness.report.reply import by_suite, reply
from harness.types import Grounds, Interval

HELD, AGAINST, OPEN = "reproduced", "contradicted", "inconclusive"


def claim(name, verdict, quote="", measured=0.9, **more):
    grounds = Grounds(Interval(measured - 0.01, measured + 0.01, 0.95), 0.96, 0.98, 0.97)
    found = (
        () if verdict == "not-run" else (fake.finding(verdict, measured=measured, grounds=grounds),)
    )
    return fake.verdict(name, verdict, suite="demo", quote=quote or name, findings=found, **more)


def replied(*verdicts, suite="demo"):
    listed = entries(verdicts, Places((), {}))
    return reply(suite, by_suite(listed).get(suite, ()))


@pytest.mark.parametrize(
    ("verdicts", "counts"),
    [
        ([HELD], "The one sentence held."),
        ([AGAINST], "The one sentence did not hold."),
        ([OPEN], "The one sentence is open."),
        ([HELD] * 3, "All three sentences held."),
        ([OPEN] * 2, "Both sentences are open."),
        ([AGAINST] * 2, "Neither sentence held."),
        ([AGAINST] * 6, "None of the sentences held."),
        ([HELD] * 14, "All 14 sentences held."),
        ([HELD, HELD, AGAINST], "Two of three sentences held and one did not hold."),
        (
            [HELD, AGAINST, OPEN, OPEN, "not-run"],
            "One of five sentences held, one did not hold, two are open and one was not run.",
        ),
    ],
)
def test_counts_are_a_sentence(verdicts, counts):
    assert replied(*(claim(f"c{i}", v) for i, v in enumerate(verdicts))).counts == counts


def test_readings_of_one_sentence_are_counted_once_and_extensions_by_themselves():
    found = replied(
        claim("a", HELD, "one"), claim("b", AGAINST, "one"), claim("c", HELD, reading="extension")
    )
    assert found.counts == (
        "One of two sentences held in part and one was tested by extensions only."
    )


def test_the_marked_finding_is_told_whatever_became_of_it():
    found = replied(claim("far", AGAINST, measured=0.1), claim("mine", HELD, highlight=True))
    assert found.telling.anchor == "claim-demo-mine"
    assert found.telling.verdict == HELD


def test_without_a_mark_the_one_that_is_farthest_off_is_told():
    near, far = claim("near", AGAINST, measured=0.95), claim("far", AGAINST, measured=0.5)
    found = replied(near, far, claim("held", HELD))
    assert found.telling.anchor == "claim-demo-far"
    assert (found.telling.published, found.telling.measured) == ("97 %", "50.0 % ± 1.0")


def test_nothing_stands_out_where_all_held_or_are_open():
    assert replied(claim("a", HELD), claim("b", OPEN)).telling is None


def test_a_reason_for_the_recorded_verdict_does_not_explain_another():
    one = claim("a", AGAINST, expected=AGAINST, because="It has always been so.")
    assert replied(one).telling.because == "It has always been so."
    assert replied(replace(one, expected=HELD)).telling.because == ""


def test_a_suite_is_told_of_its_own_findings_in_shared_sentences():
    theirs = replace(claim("a", AGAINST, "shared", measured=0.1), suite="other")
    found = replied(theirs, claim("b", AGAINST, "shared", measured=0.9))
    assert found.counts == "The one sentence did not hold."
    assert found.telling.anchor == "claim-demo-b"


def test_a_suite_without_claims_says_nothing():
    assert replied(claim("a", HELD), suite="elsewhere") is None
