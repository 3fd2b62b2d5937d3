"""Entries of the settings find the cases they are about, and say when they find none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.gate.settings import matches, unused

CASES = ["tests/test_p.py::test_k[100]", "tests/test_p.py::test_k[200]", "b.py::test_a"]


@given(st.text())
def test_every_id_matches_itself(case):
    assert matches(case, case)


@given(st.text(), st.text())
def test_without_a_wildcard_nothing_else_is_matched(pattern, case):
    if not set("*?") & set(pattern):
        assert matches(pattern, case) == (pattern == case)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("tests/test_p.py::test_k[100]", 1),
        ("*::test_k[*]", 2),
        ("*[?00]", 2),
        ("*", 3),
        ("test_k[100]", 0),
        ("tests/test_p.py::test_k[12]00", 0),
    ],
)
def test_wildcards_stand_for_others_and_brackets_for_themselves(pattern, count):
    assert sum(matches(pattern, case) for case in CASES) == count


STARRED = ["a.py::test_k[*]", "a.py::test_k[1]", "a.py::test_k[?]", "a.py::test_k[x*]"]


@pytest.mark.parametrize("case", STARRED)
def test_what_is_the_id_of_a_known_case_is_about_that_one_alone(case):
    assert [other for other in STARRED if matches(case, other, STARRED)] == [case]


def test_what_is_the_id_of_no_known_case_is_a_pattern():
    others = STARRED[1:]
    assert [case for case in others if matches(STARRED[0], case, others)] == others
    assert [case for case in STARRED if matches("*[*]", case, STARRED)] == STARRED


@given(st.lists(st.text(alphabet="a*?[]", max_size=4), min_size=1))
def test_every_known_id_has_an_entry_of_its_own(cases):
    assert all(matches(a, b, cases) == (a == b) for a in cases for b in cases)


def test_an_exact_id_leaves_the_others_to_the_entries_after_it():
    assert unused([STARRED[0], "*"], STARRED) == ()
    assert unused([STARRED[0], STARRED[1]], STARRED) == ()
    assert len(unused(["*", STARRED[0]], STARRED)) == 1


def test_entries_that_decide_nothing_are_reported():
    patterns = ["*::test_k[*]", "tests/test_p.py::test_k[100]", "b.py::test_b", "*a"]
    assert unused(patterns, CASES) == (
        "[[tool.harness.gate.case]] match = 'tests/test_p.py::test_k[100]' decides nothing: every "
        "case it matches is matched by an entry before it",
        "[[tool.harness.gate.case]] match = 'b.py::test_b' matches no case. Did you mean "
        "'b.py::test_a'?",
    )
    assert unused(["zzz"], CASES) == ("[[tool.harness.gate.case]] match = 'zzz' matches no case.",)
    assert unused(["*a", "*"], CASES) == ()
    (note,) = unused(["test_k[100]"], CASES)  # as the terminal shows it, without its file
    assert note.endswith("matches no case. Did you mean 'tests/test_p.py::test_k[100]'?")
