"""Verdicts of every outcome."""

from dataclasses import replace

from harness.types import Finding, Interval, Verdict


def finding(measured=0.97384, half=0.0009, **more):
    """Return a finding over ten seeds."""
    interval = Interval(measured - half, measured + half, 0.95)
    base = {"verdict": "reproduced", "reason": "it lies inside", "n": 10}
    return Finding(**{**base, "measured": measured, "interval": interval, **more})


HOLDS = Verdict(
    suite="forest",
    claim="accuracy",
    quote="reaches **97 %**,\nsays the README",
    source="",
    published="97 %",
    metric="accuracy",
    rule="value",
    verdict="reproduced",
    reason="it lies inside",
    findings=(finding(),),
    unit="fraction",
)
FALSE = replace(
    HOLDS,
    claim="false",
    verdict="contradicted",
    reason="it lies outside",
    findings=(finding(verdict="contradicted", reason="it lies outside"),),
)
KNOWN = replace(FALSE, claim="known", expected="contradicted", because="it was so")
MOVED = replace(HOLDS, claim="moved", expected="contradicted", because="it was so")
DOUBT = replace(HOLDS, claim="doubt", verdict="inconclusive", reason="too few", findings=())
EXPECTED_DOUBT = replace(DOUBT, claim="open", expected="inconclusive")
NOT_RUN = replace(HOLDS, claim="not-run", verdict="not-run", reason="no record", findings=())
ELSEWHERE = replace(HOLDS, claim="elsewhere", verdict="not-comparable", reason="a GPU's number")
PARTIAL = replace(FALSE, claim="partial", partial=True)
INFORMS = replace(FALSE, claim="informs", informs=True)
EVERY = (
    HOLDS,
    FALSE,
    KNOWN,
    MOVED,
    DOUBT,
    EXPECTED_DOUBT,
    NOT_RUN,
    ELSEWHERE,
    PARTIAL,
    INFORMS,
)
