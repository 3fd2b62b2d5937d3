import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from harness.cli.sheet import Sheet

ROWS = [
    (
        "knn-scaling/majority-class-never-wins",
        "97.92 % of all images",
        "why it is as it is, at length",
    ),
    ("a/b", "-", "word"),
]
SHEET = Sheet(("claim", "published", "why"), ROWS, "2 reproduced")


def shown(sheet, width, **options):
    text = io.StringIO()
    Console(file=text, width=width, **options).print(sheet, crop=False)
    return text.getvalue()


@given(st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_no_width_breaks_a_word(width):
    words = shown(SHEET, width).split()
    for row in ROWS:
        for entry in row:
            assert all(word in words for word in entry.split())


@pytest.mark.parametrize("width", [80, 120, 160])
def test_columns_stay_within_the_width(width):
    assert all(len(line) <= width for line in shown(SHEET, width).splitlines())


def test_where_columns_do_not_fit_a_row_is_a_block():
    assert "claim:\nknn-scaling/majority-class-never-wins\n" in shown(SHEET, 30)


def test_lines_that_are_values_of_their_own_keep_together():
    sheet = Sheet(("case", "base\nhead"), [("a-long-name", "1 ms\n22 ms"), ("b", "")], right=[1])
    wide = [line.rstrip() for line in shown(sheet, 30).splitlines()]
    assert wide[-3:] == [" a-long-name    1 ms", "               22 ms", " b"]
    narrow = shown(sheet, 12).split("\n\n")
    assert narrow[0].endswith("case:\na-long-name\nbase: 1 ms\nhead: 22 ms")
    assert narrow[1] == "case: b\n"


def test_title_and_caption_break_at_blanks():
    sheet = Sheet(("a",), [("b",)], "one two\nthree-four-five", "six seven-eight\n\nnine")
    lines = shown(sheet, 8).splitlines()
    assert lines[:2] == ["one two", "three-four-five"]
    assert lines[-4:] == ["six", "seven-eight", "", "nine"]


def test_plain_is_ascii_without_any_code():
    text = shown(SHEET, 120, force_terminal=True, no_color=True, color_system=None)
    assert text.isascii()
    assert text.isprintable() is False  # line ends only
    assert "\x1b" not in text


def test_text_does_not_act_as_markup_or_control_code():
    text = shown(Sheet(("a",), [("[bold]x[/x]\x1b[2J",)]), 80)
    assert r"[bold]x[/x]\x1b[2J" in text


def test_a_sheet_without_rows_has_its_headings():
    assert shown(Sheet(("claim", "why"), []), 80).split()[:2] == ["claim", "why"]


def test_what_is_empty_is_left_out():
    rows = [("a", "", "1 ms"), ("long", "", "22 ms")]
    sheet = Sheet(("case", "unit", "time"), rows, "two", whole=(0, 2), right=(2,))
    lines = [line.rstrip() for line in shown(sheet, 40).splitlines()]
    assert [lines[0], lines[1], *lines[3:]] == [
        "two",
        " case    time",
        " a       1 ms",
        " long   22 ms",
    ]
