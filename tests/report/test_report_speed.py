import math
import re

import fake_verdicts
import history_builders as make
import pytest
from test_report_page import EVIL, outline

from harness import report
from harness.gate.creep import survey
from harness.gate.selftest.judged import SelftestRow, SelftestView
from harness.statistics import proportion_interval


def row(planted, decisions, regressed, ok, inconclusive, failed):
    return SelftestRow(
        planted=planted,
        decisions=decisions,
        regressed=regressed,
        ok=ok,
        improved=0,
        inconclusive=inconclusive,
        caught=proportion_interval(regressed, decisions),
        rival_flagged=failed,
        rival=proportion_interval(failed, decisions),
    )


ROWS = (row(0.0, 200, 1, 190, 9, 31), row(0.05, 100, 93, 1, 6, 60))
SELFTEST = SelftestView(
    ROWS,
    "x86_64 AMD EPYC, 2 cores",
    "2025-03-01T10:00:00+00:00",
    "c0ffee1" + "0" * 33,
    4000,
    "A note.",
)
FOUND = survey(
    [
        make.series_of([0.0] * 10 + [math.log(1.051)] * 10),
        make.series_of([0.0, 0.001], quantity="memory"),
    ]
)


def build(out, **extra):
    return report.build([], [], {}, fake_verdicts.verdicts(), "quick", out, str, **extra)


def words(path):
    return outline(path).words


def test_a_page_without_the_gate_does_not_speak_of_it(tmp_path):
    plain = build(tmp_path / "plain.html")
    empty = build(tmp_path / "empty.html", history=(), selftest=None)
    assert plain.read_bytes() == empty.read_bytes()
    for text in ("speed", "selftest", "gate"):
        assert f'id="{text}' not in plain.read_text(encoding="utf-8")
    assert "Speed over commits" not in words(plain)
    assert "believed" not in words(plain)


def test_speed_over_commits_has_a_picture_a_finding_and_its_numbers(tmp_path):
    page = build(tmp_path / "page.html", history=FOUND)
    said = words(page)
    for text in (
        "Speed over commits",
        "1 baseline: v1 is aaaaaaa",
        "1 of 2 worse than before",
        "Slower: +5.1 % at 000000a (p = ",
        "test_it.py::test_loss[numpy], peak memory",
        "Too few commits (2 of 6).",
        "000000a 2025-01-12 +5.1 % +4.0 % to +6.2 % 95 % 10 ok Change 10",
    ):
        assert text in said, text
    pictures = [attrs for _, attrs in outline(page).tags if attrs.get("class") == "picture"]
    assert len(pictures) == 2
    assert "over 20 commits, from 0.0 % to +5.1 %: +5.1 % at 000000a" in pictures[0]["aria-label"]
    assert "believed" not in said


def test_what_was_caught_is_drawn_beside_the_rival(tmp_path):
    html = build(tmp_path / "page.html", selftest=SELFTEST).read_text()
    drawn = re.findall(r"left:([\d.]+)%;width:([\d.]+)%.*?<b style=\"left:([\d.]+)%", html)
    found = [tuple(map(float, one)) for one in drawn]
    assert [round(middle, 1) for _, _, middle in found] == [0.5, 15.5, 93.0, 60.0]
    # Clopper-Pearson of 93 of 100 at 95 %
    low, width, _ = found[2]
    assert (low, low + width) == (pytest.approx(86.1, abs=0.1), pytest.approx(97.1, abs=0.1))
    said = words(tmp_path / "page.html")
    assert "Nothing planted 200 decisions gate 0.5 % (0.0 to 2.8) pytest-benchmark 16 %" in said


def test_the_selftest_is_a_table_with_intervals(tmp_path):
    page = build(tmp_path / "page.html", selftest=SELFTEST)
    said = words(page)
    for text in (
        "How far the gate can be believed",
        "x86_64 AMD EPYC, 2 cores, commit c0ffee1, 2025-03-01, 4,000 pairs",
        # Clopper-Pearson of 1 of 200, 31 of 200, 93 of 100 and 60 of 100 at 95 %
        "none (A against A) 200 1 0.5 % (0.0 to 2.8) 9 190 0 31 16 % (11 to 21)",
        "5 % 100 93 93 % (86 to 97) 6 1 0 60 60 % ± 10",
        "A note.",
    ):
        assert text in said, (text, said[-1500:])
    assert "Speed over commits" not in said


def test_the_gate_stands_after_the_suites_and_before_the_machines(tmp_path):
    html = build(tmp_path / "page.html", history=FOUND, selftest=SELFTEST).read_text()
    order = ['id="selftest"', 'id="speed"', 'id="machines"', 'id="ledger"']
    places = [html.index(text) for text in order]
    assert places == sorted(places)
    parsed = outline(tmp_path / "page.html")
    assert parsed.wrong == parsed.open == []
    targets = [a["href"] for tag, a in parsed.tags if tag == "a"]
    assert {"#selftest", "#speed"} <= set(targets)


def test_nothing_worse_raises_no_alarm(tmp_path):
    page = build(tmp_path / "page.html", history=survey([make.series_of([0.0] * 8)]))
    assert "worse than before" not in words(page)
    assert "No change found." in words(page)


def test_text_from_commits_and_cases_is_escaped(tmp_path):
    found = survey([make.series_of([0.0] * 3, case=EVIL, subject=EVIL, hardware=EVIL)])
    parsed = outline(build(tmp_path / "page.html", history=found))
    assert sum(tag == "script" for tag, _ in parsed.tags) == 2
    assert all("onerror" not in attrs for _, attrs in parsed.tags)
    assert parsed.wrong == []


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ({"low": None}, "0.0 % \u2013 \u2013 10"),
        ({"low": 0.0, "high": math.inf}, "0.0 % unbounded 95 % 10"),
    ],
)
def test_an_interval_that_is_open_or_absent_is_said(tmp_path, ends, text):
    found = survey([make.series_of([0.0], **ends)])
    assert text in words(build(tmp_path / "page.html", history=found))
