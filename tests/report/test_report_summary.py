import re
from dataclasses import replace

import fake_verdicts

from harness import report
from harness.outlets.outcome import unit_of
from harness.report.ledger import counted
from harness.report.marks import SIGNS, tallies
from harness.report.summary import comment
from harness.types import VERDICTS


def test_counts_and_rows():
    text = report.summary(fake_verdicts.verdicts())
    assert "6 claims: ✓ 2 reproduced, ✗ 1 contradicted" in text
    assert text.startswith("# 1 of 3 sentences did not hold\n")
    first, folded = text.split("<details>")
    for part, many in ((first, 1), (folded, 5)):
        assert sum(line.startswith("|") for line in part.splitlines()) == 2 + many
    assert "## What was found" in first
    assert "Published 0 points, measured 5 points ± 4. The published curves peak" in first
    assert "“Accuracy saturated around 33% despite" in first
    assert "**1 verdict moved**" in text
    assert "contradicted (on cifar10-jpeg)" in text


def test_every_row_has_as_many_cells_as_the_head():
    hostile = fake_verdicts.verdict(
        "x", "reproduced", reason="a | b\nc | <b>", source="`|`", quote="|"
    )
    lines = report.summary([hostile]).splitlines()
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")]
    assert set(cells) == {6}
    assert "<b>" not in report.summary([hostile])


def test_no_claims():
    assert "No claims were judged." in report.summary(())


def test_every_verdict_has_its_own_sign_and_a_count():
    assert len(set(SIGNS.values())) == len(VERDICTS)
    assert sum(tally.count for tally in tallies(fake_verdicts.verdicts())) == 6
    assert [tally.name for tally in tallies(())] == list(VERDICTS)


def test_differences_of_fractions_are_points():
    assert unit_of(fake_verdicts.verdict("a", "reproduced", rule="difference")) == "points"
    assert unit_of(fake_verdicts.verdict("a", "reproduced", rule="value")) == "fraction"
    assert (
        unit_of(fake_verdicts.verdict("a", "reproduced", rule="difference", unit="ratio"))
        == "ratio"
    )


def test_what_n_counts():
    assert counted(fake_verdicts.finding("reproduced", n=1)) == "1 seed"
    assert (
        counted(fake_verdicts.finding("reproduced", n=10_000, over="examples")) == "10,000 examples"
    )
    assert counted(fake_verdicts.finding("not-run", n=0)) == ""


def test_a_row_keeps_the_stand_ins_of_all_tracks():
    findings = (
        fake_verdicts.finding("reproduced"),
        fake_verdicts.finding("reproduced", data="digits"),
    )
    text = report.summary([fake_verdicts.verdict("a", "reproduced", findings=findings)])
    assert "reproduced (on digits)" in text


def test_facts_are_folded_and_counted():
    verdicts = [fake_verdicts.verdict(name, "reproduced") for name in ("a", "b", "c")]
    facts, other = verdicts[0], [replace(one, suite="other") for one in verdicts[1:]]
    text = report.summary([facts, *other], facts={facts.suite})
    assert "3 claims: ✓ 3 reproduced" in text
    _, others, folded = text.split("<details>")
    assert others.count("other/") == 2
    assert "<summary>Facts: 1 claim: ✓ 1 reproduced.</summary>" in folded
    assert f"{facts.suite}/a" in folded
    assert report.summary(other).count("<details>") == 1


def test_a_comment_has_what_fails_first_and_folds_the_rest():
    wrong = fake_verdicts.verdict("wrong", "contradicted", quote="ask @someone")
    shown = comment([fake_verdicts.verdict("right", "reproduced"), wrong])
    assert shown.startswith("<!-- harness-claims -->\n### Claims: 1 of 2 claims fail\n")
    assert shown.index("wrong") < shown.index("<details>") < shown.index("right")
    assert comment([]).splitlines()[1] == "### Claims: nothing fails"


def test_a_comment_never_outgrows_what_github_takes():
    reason = "because @someone said so " * 20
    many = [
        fake_verdicts.verdict(f"c{index}", name, reason=reason)
        for index in range(300)
        for name in ("reproduced", "contradicted")
    ]
    shown = comment(many)
    assert len(shown) < 65_536
    assert "more left out for want of room" in shown
    assert "@someone" not in shown
