"""Marks around numbers: found, replaced, and named where they are not right."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.prose.marks import code, inside, line_of, marks, replaced

ONE = "It reaches <!-- claim: forest/accuracy -->97 %<!-- /claim --> here.\n"


def test_a_mark_has_its_claim_text_and_line():
    found, flaws = marks(f"# Title\r\n\r\n{ONE}")
    assert flaws == ()
    (mark,) = found
    assert (mark.claim, mark.text, mark.line) == ("forest/accuracy", "97 %", 3)


def test_only_what_stands_between_changes():
    source = f"\ufeffa\r\nb\r{ONE}{ONE}".replace("97", "97 \u00b1 1")
    first, second = marks(source)[0]
    new = replaced(source, {first: "1", second: "2"})
    assert new == source.replace("97 \u00b1 1 %", "1", 1).replace("97 \u00b1 1 %", "2", 1)
    assert replaced(source, {}) == source


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("<!-- claim: a/b -->97 %\n", [(1, "the mark of a/b must be closed by <!-- /claim -->")]),
        ("97 %<!-- /claim -->\n", [(1, "must follow <!-- claim: SUITE/CLAIM -->, got none")]),
        ("<!-- claim: -->97 %<!-- /claim -->\n", [(1, "must name a claim, got none")]),
        ("x\n<!-- claim: a/b 97 %\n", [(2, "must end with -->")]),
        ("<!-- claim: a/b <!-- /claim -->\n", [(1, "must end with -->"), (1, "must follow")]),
        (
            "<!-- claim: a/b -->9\n<!-- claim: c/d -->7<!-- /claim --> <!-- /claim -->",
            [(1, "closed by <!-- /claim --> before the next mark, on line 2"), (2, "must follow")],
        ),
    ],
)
def test_what_is_not_right_is_named_by_line(source, told):
    _, flaws = marks(source)
    assert [flaw.line for flaw in flaws] == [line for line, _ in told]
    for flaw, (_, words) in zip(flaws, told, strict=True):
        assert words in flaw.message


@pytest.mark.parametrize(
    "source",
    [
        f"```\n{ONE}```\n",
        f"~~~ markdown\r\n{ONE}```\n{ONE}~~~\r\n",
        f"> ````md\n> ```\n{ONE}> ```\n> ````\n",
        f"1. ```md\n   {ONE}   ```\n",
        f"```\nnever ends {ONE}",
        f"Write `{ONE.strip()}` so.",
        f"Write ``a ` {ONE.strip()}`` so.",
        "An ordinary <!-- comment on a claim --> and <!-- claims: two -->.",
    ],
)
def test_in_code_a_mark_is_text(source):
    assert marks(source) == ((), ())


@pytest.mark.parametrize(
    "source",
    [
        f"```\ncode\n```\n{ONE}",
        f"a ` stray tick\n\n{ONE}\n\nand ` another",
        f"`code` {ONE} `code`",
        ONE.replace("97 %", "`97 %`"),
        f"```` md `\n{ONE}",
        f"    {ONE}",
    ],
)
def test_beside_code_a_mark_is_a_mark(source):
    found, flaws = marks(source)
    assert (len(found), flaws) == (1, ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(end):
    text = end.join(["a", "b", "c"])
    assert [line_of(text, text.index(letter)) for letter in "abc"] == [1, 2, 3]


PIECES = ["<!-- claim: a/b -->", "<!-- /claim -->", "97 %", "`", "```", "\n", "\n\n", "~~~", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_marks_never_overlap_and_lie_outside_code(pieces):
    source = "".join(pieces)
    found, _ = marks(source)
    spans = code(source)
    assert all(begin <= end for begin, end in spans)
    assert all(one.end < after.begin for one, after in pairwise(found))
    assert all(source[mark.begin : mark.end] == mark.text for mark in found)
    assert not any(inside(spans, mark.begin - 1) for mark in found)
    assert replaced(source, {mark: mark.text for mark in found}) == source
