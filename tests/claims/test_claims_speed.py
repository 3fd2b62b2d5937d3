"""Claims about `speedup`: a ratio that needs no two sides, and results that differ."""

from dataclasses import replace

import pytest
from claims_builders import Shelf, case, claim, record, spread, suite, verdict

from harness.claims import check_claim, judge

CASE = replace(case("fast", kinds={"speedup": "positive"}), experiment="speed")


def cells(ratio, agree=1.0):
    metrics = [{"speedup": float(v), "agree": agree} for v in spread(ratio, 0.05 * ratio, 10)]
    return [record(CASE, seed, metrics=one) for seed, one in enumerate(metrics)]


def times(size, **keys):
    return claim(metric="speedup", expect={"ratio": size, "tolerance": 0.2}, **keys)


@pytest.mark.parametrize(("true", "name"), [(30, "reproduced"), (2000, "contradicted")])
def test_a_planted_ratio_is_told(true, name):
    found = verdict(times(30), [CASE], cells(true))
    assert (found.verdict, found.rule) == (name, "ratio")
    assert found.reason.endswith("30 ± 20 %")


def test_the_ratio_of_another_metric_needs_two_sides():
    assert check_claim(times(30)) is None
    other = claim(metric="accuracy", expect={"ratio": 2.0, "tolerance": 0.1})
    assert "must have compare" in check_claim(other)
    bare = claim(metric="speedup", expect={"ratio": 30.0})
    assert "must have expect.tolerance" in check_claim(bare)


def test_other_results_are_said_beside_the_verdict():
    told = "a and b return different results in 10 of 10 cells"
    assert told in verdict(times(30), [CASE], cells(30, agree=0.0)).reason
    assert "different results" not in verdict(times(30), [CASE], cells(30)).reason
    about = claim(metric="agree", expect={"at_least": 0.5})
    assert "different results" not in verdict(about, [CASE], cells(30, agree=0.0)).reason


@pytest.mark.parametrize(("metric", "partial"), [("speedup", False), ("a_s", True)])
def test_ratios_taken_in_turns_beside_other_work_are_no_fewer_runs(metric, partial):
    found = [
        replace(
            r, metrics={**r.metrics, "a_s": 1.0, "alone": float(r.seed > 0)}, samples={"a_s": [1.0]}
        )
        for r in cells(2000)
    ]
    about = suite(claim(metric=metric, expect={"at_most": 30.0}))
    (one,) = judge(about, [CASE], Shelf(tuple(found)), {}, {CASE.id: 10})
    assert one.partial == partial
