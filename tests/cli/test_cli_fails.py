"""What makes `claims` and `run` go red, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.cli import claims, codes
from harness.types import Verdict

FALSE = Verdict("s", "c", "q", "002", "", "m", "value", "contradicted", "r")


@pytest.mark.parametrize(
    ("changes", "fails"),
    [
        ({}, True),
        ({"expected": "contradicted"}, False),
        ({"expected": "inconclusive"}, True),
        ({"partial": True}, False),
        ({"informs": True}, False),
        ({"verdict": "reproduced"}, False),
        ({"verdict": "reproduced", "expected": "contradicted"}, True),
        ({"verdict": "reproduced", "expected": "contradicted", "partial": True}, False),
        ({"verdict": "inconclusive", "expected": "contradicted"}, True),
        ({"verdict": "inconclusive"}, False),
        ({"verdict": "not-run", "expected": "contradicted"}, False),
    ],
)
def test_a_false_number_nobody_recorded_fails(changes, fails) -> None:
    verdict = replace(FALSE, **changes)
    assert verdict.fails is fails
    assert (codes.of_verdicts([verdict], strict=False) == codes.MOVED) is fails
    assert (codes.of_run({"ok": 1}, 0, [verdict]) == codes.MOVED) is fails


def test_the_last_line_names_what_fails() -> None:
    moved = replace(FALSE, claim="d", verdict="reproduced", expected="contradicted")
    *_, last = claims.closing([FALSE, moved, replace(FALSE, claim="e", expected="contradicted")])
    assert last == (
        "2 claims fail: s/c (contradicted, which the suite does not record as expected), "
        "s/d (moved from contradicted to reproduced)"
    )
    assert not any(
        "fail" in line for line in claims.closing([replace(FALSE, verdict="reproduced")])
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict": "inconclusive"}, codes.INCONCLUSIVE),
        ({"verdict": "inconclusive", "expected": "inconclusive"}, codes.OK),
        ({"verdict": "not-run"}, codes.INCONCLUSIVE),
        ({"verdict": "reproduced"}, codes.OK),
    ],
)
def test_what_has_no_answer_fails_under_strict_only(changes, code) -> None:
    verdicts = [replace(FALSE, verdict="reproduced"), replace(FALSE, **changes)]
    assert codes.of_run({"ok": 1}, 0, verdicts) == codes.OK
    assert codes.of_run({"ok": 1}, 0, verdicts, strict=True) == code
    assert codes.of_verdicts(verdicts, strict=False) == codes.OK
    assert codes.of_verdicts(verdicts, strict=True) == code


def test_failed_cells_come_first_and_nothing_measured_next() -> None:
    assert codes.of_run({"failed": 1}, 0, [FALSE]) == codes.CELL_FAILED
    assert codes.of_run({"skipped": 1}, 0, [FALSE]) == codes.NOTHING_MEASURED


def test_chance_is_told_of_contradictions() -> None:
    tested = [replace(FALSE, claim=str(i), q=0.04) for i in range(50)]
    facts = [replace(FALSE, claim=f"f{i}", q=None) for i in range(10)]
    told = "of the 60 contradicted 50 rest on a test (the others are facts), with q of at most 0.04"
    assert f"{told}: on average chance gave at most 2 of the 50" in claims.closing(
        [*tested, *facts]
    )
    assert not any("chance" in line for line in claims.closing(facts))
