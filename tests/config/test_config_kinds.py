"""Patterns of names are those of the shell."""

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from harness.config.kinds import DEFAULT, is_named, kinds_of

NAMES = st.text("ab*?[]!-_^\\.\n", max_size=6)


@given(NAMES, st.lists(NAMES, max_size=3))
def test_a_name_is_among_names_and_patterns(name, patterns):
    expected = any(name == one or fnmatchcase(name, one) for one in patterns)
    assert bool(is_named(name, patterns)) is expected


@given(NAMES, NAMES)
def test_the_first_pattern_that_matches_says_the_kind(name, pattern):
    found = kinds_of([name], {pattern: "count", "a*": "share"})
    expected = "count" if fnmatchcase(name, pattern) else "share" if name[:1] == "a" else DEFAULT
    assert found == {name: expected}
