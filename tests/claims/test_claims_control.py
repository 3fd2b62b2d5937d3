"""False-discovery control, and verdicts as JSON."""

from __future__ import annotations

import json
import math

import pytest
from claims_builders import case, claim, runs, spread, verdict

from harness.claims import control, counts, to_json
from harness.claims.control import p_value
from harness.types import VERDICTS, Finding, Interval, Verdict


def made(name: str, verdict_: str, *p: float | None, **fields: str) -> Verdict:
    findings = tuple(Finding(verdict_, "r", p_contradict=x, environment="e") for x in p)  # type: ignore[arg-type]
    return Verdict("s", name, "q", "002", "", "m", "value", verdict_, "why", findings, **fields)  # type: ignore[arg-type]


def test_control_strikes_out_what_does_not_survive() -> None:
    tested = [made(f"r{i}", "reproduced", 0.9) for i in range(18)]
    weak, strong = made("weak", "contradicted", 0.04), made("strong", "contradicted", 1e-5)
    found = {v.claim: v for v in control([*tested, weak, strong])}
    assert found["strong"].verdict == "contradicted"
    assert found["weak"].verdict == "inconclusive"
    assert found["weak"].reason == (
        "contradicted if tested alone (p = 0.04), but not with false discoveries held at 5 % "
        "over 20 claims; why"
    )
    assert [v.claim for v in control([weak, strong])] == ["weak", "strong"]


def test_control_leaves_exact_findings_and_other_verdicts_alone() -> None:
    verdicts = [
        made("exact", "contradicted", None),
        made("open", "inconclusive", 0.001),
        made("absent", "not-run", 0.001),
        *(made(f"r{i}", "reproduced", 1.0) for i in range(100)),
    ]
    assert control(verdicts) == tuple(verdicts)
    assert control([]) == ()


def test_a_verdict_of_several_tracks_has_the_largest_p() -> None:
    assert p_value(made("a", "contradicted", 0.001, 0.03)) == 0.03
    assert p_value(made("a", "contradicted", None, 0.03)) == 0.03
    assert p_value(made("a", "contradicted", None)) is None
    assert p_value(made("a", "not-run", 0.01)) is None
    assert p_value(made("a", "not-comparable")) is None
    elsewhere = Finding("reproduced", "", p_contradict=0.9, environment="other")
    two = made("a", "contradicted", 0.001)
    both = Verdict(**{**two.__dict__, "findings": (*two.findings, elsewhere)})
    assert p_value(both) == 0.001


def test_control_on_judged_claims() -> None:
    a = case("a")
    found = verdict(claim(expect={"at_least": 1.0}), [a], runs(a, spread(0.9, 0.02, 10)))
    assert found.verdict == "contradicted"
    assert control([found]) == (found,)


def test_counts_have_every_name() -> None:
    found = counts([made("a", "contradicted"), made("b", "contradicted"), made("c", "not-run")])
    assert found == dict.fromkeys(VERDICTS, 0) | {"contradicted": 2, "not-run": 1}


def test_verdicts_are_strict_json() -> None:
    finding = Finding(
        "inconclusive", "r", measured=math.inf, interval=Interval(-math.inf, math.nan, 0.95)
    )
    base = made("a", "inconclusive", expected="reproduced")
    (entry,) = to_json([Verdict(**{**base.__dict__, "findings": (finding,)})])
    again = json.loads(json.dumps(entry, allow_nan=False))
    assert again == {**entry, "findings": list(entry["findings"])}
    assert again["findings"][0]["measured"] == "inf"
    assert again["findings"][0]["interval"] == {"low": "-inf", "high": "nan", "level": 0.95}
    assert (again["claim"], again["moved"]) == ("a", True)


def test_rate_must_be_a_probability() -> None:
    with pytest.raises(ValueError, match="rate must lie between 0 and 1"):
        control([made("a", "contradicted", 0.01)], rate=5)
