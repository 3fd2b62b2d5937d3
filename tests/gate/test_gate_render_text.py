import gate_results as fake
import pytest

from harness.gate.render import text
from harness.gate.values import GATE_VERDICTS, Thresholds


def of(*verdicts, **fields):
    names = [f"test_{i}" for i in range(len(verdicts))]
    return fake.result(*map(fake.decision, names, verdicts), **fields)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["regressed", *["ok"] * 11], "1 of 12 cases regressed; 11 ok"),
        (["regressed"], "1 of 1 case regressed"),
        (["broken", "regressed", "ok"], "1 of 3 cases regressed; 1 broken, 1 ok"),
        ([*["ok"] * 10, *["inconclusive"] * 2], "nothing regressed: 2 inconclusive, 10 ok"),
        (["improved"], "nothing regressed: 1 improved"),
        (["ok", "broken"], "1 of 2 cases broken; 1 ok"),
        (["missing"], "nothing was measured: 1 missing"),
        ([], "nothing was measured: no case was found"),
    ],
)
def test_the_headline(verdicts, expected):
    assert text.headline(of(*verdicts)) == expected


def test_the_headline_counts_cases_by_their_worst_quantity():
    found = (
        fake.decision("test_a", "ok"),
        fake.decision("test_a", "regressed", quantity="memory"),
        fake.decision("test_b", "ok"),
        fake.decision("test_b", "ok", quantity="memory"),
    )
    assert text.headline(fake.result(*found)) == "1 of 2 cases regressed; 1 ok"


def test_every_verdict_has_a_sign_of_its_own():
    assert set(text.SIGNS) == set(GATE_VERDICTS)
    assert len(set(text.SIGNS.values())) == len(GATE_VERDICTS)


@pytest.mark.parametrize("verdict", GATE_VERDICTS)
def test_every_verdict_has_a_reason(verdict):
    assert text.why(fake.decision(verdict=verdict))
    given = fake.decision(verdict=verdict, reason="two\n lines\x00 of\ttext")
    assert text.why(given) == "two lines of text"


def test_reasons_speak_of_time_or_of_memory_and_name_the_limit():
    limits = Thresholds(margin=0.02, tolerance=0.075)
    assert text.why(fake.slower(thresholds=limits)) == "slower by more than the margin of 2 %"
    more = fake.slower(quantity="memory", thresholds=limits)
    assert text.why(more) == "more by more than the margin of 2 %"
    unclear = fake.decision(verdict="inconclusive", thresholds=limits, disturbed=3)
    assert text.why(unclear) == (
        "neither a change nor its absence within 7.5 % was shown "
        "(other work was noticed during 3 of 20 pairs)"
    )


def test_the_level_is_named_when_it_is_one():
    wide = fake.Interval(0.9, 1.1, 0.999)
    assert text.level([fake.decision(), fake.decision()]) == "95 % interval"
    assert text.level([fake.decision(interval=wide)]) == "99.9 % interval"
    assert text.level([fake.decision(), fake.decision(interval=wide)]) == "interval"
    assert text.level([]) == "interval"


def test_the_rule_names_limits_that_all_cases_share():
    strict = fake.decision(thresholds=Thresholds(tolerance=0.1))
    assert "beyond the margin of 1 %" in text.rule(fake.result(fake.decision(), strict))
    assert "below the tolerance of its case" in text.rule(fake.result(fake.decision(), strict))
    assert "below the tolerance of 10 %" in text.rule(fake.result(strict))
    assert "below the tolerance of 5 %" in text.rule(fake.result())


def test_long_text_is_cut_and_says_so():
    assert text.one_line("x" * 301) == "x" * 299 + "…"
    assert text.one_line("x" * 300) == "x" * 300


def test_revisions_and_machines():
    assert text.revision(fake.BASE) == "main (1a2b3c4, Add a cache)"
    assert text.revision(fake.HEAD) == "working tree (5e6f7a8, Use it, with uncommitted changes)"
    assert text.machine(fake.everything()) == "x86_64-cpu AMD EPYC, 2 cores, 5.2 min"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("tests/test_a.py::TestX::test_y[a::b]", ("tests/test_a.py", "TestX::test_y[a::b]")),
        ("mlp-speed[backend=numpy]", ("gate", "mlp-speed[backend=numpy]")),
        ("libs/tests/test_a.py", ("gate", "libs/tests/test_a.py")),
        ("alone", ("gate", "alone")),
        ("odd::", ("gate", "odd::")),
    ],
)
def test_a_case_is_split_into_its_file_and_the_rest(case, expected):
    assert text.split_case(case) == expected
