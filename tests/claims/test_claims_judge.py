"""Tracks, the protocol, what is left out, and what a verdict carries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_builders import Shelf, case, claim, record, runs, skipped, spread, suite, verdict

from harness.claims import judge

GOOD, BAD = spread(0.97, 0.001, 8), spread(0.90, 0.001, 8)
ABOUT = claim(expect={"value": 0.97, "tolerance": 0.003})
NUMPY, TORCH = case("a"), case("a", backend="torch")
CUDA = case("a", backend="torch", device="cuda")


# -- tracks --------------------------------------------------------------------------------------


def test_tracks_that_agree_share_their_verdict() -> None:
    found = verdict(ABOUT, [NUMPY, TORCH], [*runs(NUMPY, GOOD), *runs(TORCH, GOOD)])
    assert found.verdict == "reproduced"
    assert [f.track for f in found.findings] == ["numpy/cpu", "torch/cpu"]
    assert found.reason.endswith("; torch/cpu agrees")


def test_tracks_that_disagree_are_inconclusive_and_named() -> None:
    found = verdict(ABOUT, [NUMPY, TORCH], [*runs(NUMPY, GOOD), *runs(TORCH, BAD)])
    assert found.verdict == "inconclusive"
    assert found.reason == (
        "the tracks disagree: reproduced on numpy/cpu, contradicted on torch/cpu"
    )


def test_where_that_names_the_backend_leaves_one_track() -> None:
    about = claim(where={"backend": "torch"}, expect={"value": 0.97, "tolerance": 0.003})
    found = verdict(about, [NUMPY, TORCH], [*runs(NUMPY, BAD), *runs(TORCH, GOOD)])
    assert [f.track for f in found.findings] == ["torch/cpu"]
    assert found.verdict == "reproduced"


def test_compare_that_names_the_backend_spans_tracks() -> None:
    about = claim(compare={"better": {"backend": "torch"}, "than": {"backend": "numpy"}})
    noise = spread(0, 1e-4, 8)
    found = verdict(about, [NUMPY, TORCH], [*runs(NUMPY, BAD), *runs(TORCH, BAD + 0.05 + noise)])
    assert (found.verdict, [f.track for f in found.findings]) == ("reproduced", ["cpu"])
    both = {"backend": "torch", "device": "cuda"}, {"backend": "numpy", "device": "cpu"}
    about = claim(compare={"better": both[0], "than": both[1]})
    found = verdict(about, [NUMPY, CUDA], [*runs(NUMPY, BAD), *runs(CUDA, BAD + 0.05 + noise)])
    assert [f.track for f in found.findings] == [""]


def test_compare_pairs_within_each_track() -> None:
    cases = [case(o, backend=b, opt=o) for b in ("numpy", "torch") for o in ("x", "y")]
    about = claim(compare={"better": {"opt": "x"}, "than": {"opt": "y"}})
    level = {"numpy": 0.0, "torch": -5.0}
    records = [
        r
        for c in cases
        for r in runs(c, level[c.backend] + (GOOD if c.axes["opt"] == "x" else BAD[::-1]))
    ]
    found = verdict(about, cases, records)
    assert (found.verdict, len(found.findings)) == ("reproduced", 2)
    assert all(f.measured == pytest.approx(0.07) for f in found.findings)


def test_skipped_track_is_mentioned_and_not_counted() -> None:
    found = verdict(ABOUT, [NUMPY, CUDA], [*runs(NUMPY, GOOD), *skipped(CUDA)])
    assert found.verdict == "reproduced"
    assert "torch/cuda skipped" in found.reason
    assert "torch sees no CUDA device" in found.findings[-1].reason
    assert [f.verdict for f in found.findings] == ["reproduced", "not-run"]


def test_all_skipped_or_absent_is_not_run() -> None:
    found = verdict(ABOUT, [CUDA], skipped(CUDA))
    assert (found.verdict, found.reason) == ("not-run", "skipped: torch sees no CUDA device")
    found = verdict(ABOUT, [CUDA], [])
    assert (found.verdict, found.reason) == (
        "not-run",
        "not measured yet: no record of these cells",
    )


def test_compare_with_one_side_skipped_is_not_run() -> None:
    about = claim(compare={"better": {"device": "cuda"}, "than": {"device": "cpu"}})
    found = verdict(about, [TORCH, CUDA], [*runs(TORCH, GOOD), *skipped(CUDA)])
    assert (found.verdict, "no CUDA device" in found.reason) == ("not-run", True)


# -- protocol ------------------------------------------------------------------------------------


def test_off_protocol_cells_are_not_run_and_the_deviation_is_named() -> None:
    quick = case("q", protocol=False, deviation="quick: n_train 500 instead of 50000")
    found = verdict(ABOUT, [quick], runs(quick, GOOD))
    assert found.verdict == "not-run"
    assert "quick: n_train 500 instead of 50000" in found.reason
    assert verdict(ABOUT, [quick, NUMPY], runs(NUMPY, GOOD)).verdict == "reproduced"


def test_cases_of_other_suites_are_ignored() -> None:
    foreign = replace(NUMPY, suite="t")
    assert verdict(ABOUT, [foreign], runs(foreign, GOOD)).verdict == "not-run"


def test_ambiguous_selection_names_the_axes() -> None:
    cases = [case("a", lr=0.1), case("b", lr=0.2)]
    found = verdict(ABOUT, cases, [*runs(cases[0], GOOD), *runs(cases[1], GOOD)])
    assert found.verdict == "inconclusive"
    assert "single out one case, got 2 cases that differ in lr" in found.reason


# -- what is left out ----------------------------------------------------------------------------


def test_failed_cells_are_left_out_and_counted() -> None:
    failed = record(NUMPY, 8, status="failed", reason="boom")
    late = record(NUMPY, 9, status="timeout", reason="over budget")
    found = verdict(ABOUT, [NUMPY], [*runs(NUMPY, GOOD), failed, late])
    assert found.verdict == "reproduced"
    assert "2 of 10 cells failed and left out" in found.reason
    assert found.findings[0].n == 8


def test_cells_that_were_skipped_are_mentioned_until_they_are_measured() -> None:
    seeds = skipped(NUMPY, 8)
    found = verdict(ABOUT, [NUMPY], [*runs(NUMPY, GOOD)[:7], seeds[7]])
    assert (found.verdict, found.findings[0].n) == ("reproduced", 7)
    assert found.reason.endswith("; 1 of 8 cells skipped")
    assert "skipped" not in verdict(ABOUT, [NUMPY], [*runs(NUMPY, GOOD), seeds[7]]).reason


def test_all_failed_is_not_run_with_the_reason() -> None:
    found = verdict(ABOUT, [NUMPY], [record(NUMPY, 0, status="failed", reason="boom")])
    assert (found.verdict, found.reason) == ("not-run", "failed: boom")


def test_missing_metric_is_named_with_the_nearest() -> None:
    found = verdict(claim(metric="test_acc", expect={"at_least": 0}), [NUMPY], runs(NUMPY, GOOD))
    assert found.verdict == "not-run"
    assert found.reason.startswith("no record has a metric 'test_acc'.")
    some = [*runs(NUMPY, GOOD), record(NUMPY, 8, metrics={"other": 1.0})]
    assert "1 of 9 seeds left no 'acc'" in verdict(ABOUT, [NUMPY], some).reason


# -- what is passed through ----------------------------------------------------------------------


def test_verdict_carries_the_claim() -> None:
    about = claim(
        published="97 %",
        unit="fraction",
        source={"key": "elsewhere", "section": "9"},
        expect={"value": 0.97, "tolerance": 0.003},
        expected="contradicted",
        because="wrong as described",
    )
    found = verdict(about, [NUMPY], runs(NUMPY, GOOD))
    assert (found.published, found.unit, found.source) == (
        "97 %",
        "fraction",
        "elsewhere section 9",
    )
    assert (found.because, found.moved) == ("wrong as described", True)
    assert not verdict(about, [NUMPY], []).moved
    assert not verdict(about, [NUMPY], runs(NUMPY, BAD)).moved


def test_claims_are_judged_in_the_order_of_the_suite() -> None:
    claims = [ABOUT.model_copy(update={"id": name}) for name in ("z", "a", "m")]
    found = judge(suite(*claims), [NUMPY], Shelf(runs(NUMPY, GOOD)), {})
    assert [v.claim for v in found] == ["z", "a", "m"]
    assert found[0].source == "doc section 3"


# -- runs that are missing -----------------------------------------------------------------------


def test_inconclusive_on_fewer_runs_than_planned_has_not_moved():
    found = replace(verdict(ABOUT, [NUMPY], runs(NUMPY, GOOD)), expected="contradicted")
    assert found.moved
    assert replace(found, partial=True).moved
    undecided = replace(found, verdict="inconclusive")
    assert undecided.moved
    assert not replace(undecided, partial=True).moved


@pytest.mark.parametrize(("planned", "partial"), [(8, False), (9, True)])
def test_a_verdict_knows_whether_runs_are_missing(planned, partial):
    shelf = Shelf(runs(NUMPY, GOOD))
    (found,) = judge(suite(ABOUT), [NUMPY], shelf, {"doc": "002"}, {NUMPY.id: planned})
    assert found.partial is partial


# -- clocks --------------------------------------------------------------------------------------


def clocked(of, values, alone=(), **marks):
    """Timing records; those of the seeds not in `alone` were taken beside other work."""
    return [
        record(
            of,
            seed,
            metrics={"seconds": value, "loss": value, "alone": float(seed in alone), **marks},
            samples={"seconds": (value,)},
        )
        for seed, value in enumerate(values)
    ]


FAST = claim(metric="seconds", expect={"at_most": 0.98})


def test_times_taken_beside_other_work_decide_nothing() -> None:
    found = verdict(FAST, [NUMPY], clocked(NUMPY, GOOD))
    assert found.verdict == "not-run"
    assert "timed beside other work" in found.reason
    assert "--force" in found.reason


def test_cells_that_were_not_alone_are_left_out_and_counted() -> None:
    values = [*GOOD[:6], 50.0, 60.0]
    found = verdict(FAST, [NUMPY], clocked(NUMPY, values, alone=range(6)))
    assert (found.verdict, found.findings[0].n) == ("reproduced", 6)
    assert "2 of 8 cells were timed beside other work and left out" in found.reason


def test_pairs_with_a_disturbed_side_are_left_out() -> None:
    about = claim(
        metric="seconds",
        compare={"better": {"opt": "slow"}, "than": {"opt": "fast"}},
        expect={"of": "ratio", "at_least": 1.5},
    )
    slow, fast = case("slow", opt="slow"), case("fast", opt="fast")
    noise = spread(1.0, 0.01, 8)
    records = [
        *clocked(slow, 2 * noise, alone=range(8)),
        *clocked(fast, [*noise[:7], 90.0], alone=range(7)),
    ]
    found = verdict(about, [slow, fast], records)
    assert (found.verdict, found.findings[0].n) == ("reproduced", 7)


def test_what_no_clock_was_read_for_is_judged_all_the_same() -> None:
    about = claim(metric="loss", expect={"at_most": 0.98})
    assert verdict(about, [NUMPY], clocked(NUMPY, GOOD)).verdict == "reproduced"


def test_records_from_before_are_left_out_where_they_were_contended() -> None:
    old = [replace(r, metrics={"seconds": 0.5, "contended": 1.0}) for r in clocked(NUMPY, GOOD)]
    assert verdict(FAST, [NUMPY], old).verdict == "not-run"
    free = [replace(r, metrics={**r.metrics, "contended": 0.0}) for r in old]
    assert verdict(FAST, [NUMPY], free).verdict == "reproduced"


def test_a_verdict_on_fewer_undisturbed_runs_than_planned_is_partial() -> None:
    values = [*GOOD[:6], 50.0, 60.0]
    shelf = Shelf(clocked(NUMPY, values, alone=range(6)))
    (found,) = judge(suite(FAST), [NUMPY], shelf, {}, {NUMPY.id: 8})
    assert found.partial


def test_cases_for_pictures_are_never_judged():
    shown, drawn = case("a"), replace(case("b", keep="fit"), judged=False)
    records = [*runs(shown, [0.9, 0.91, 0.92]), *runs(drawn, [0.1, 0.1, 0.1])]
    found = verdict(claim(expect={"at_least": 0.8}), [shown, drawn], records)
    assert found.verdict == "reproduced"
    assert (
        verdict(claim(where={"keep": "fit"}, expect={"at_least": 0.0}), [drawn], records).verdict
        == "not-run"
    )


def test_a_sentence_of_no_document_has_no_source():
    found = verdict(claim(source=None, expect={"at_least": 0.8}), [case("a")], [])
    assert found.source == ""
