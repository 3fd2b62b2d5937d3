"""Markdown, read back by a Markdown parser."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import gate_results as fake
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.gate.render import markdown, text


class Page(HTMLParser):
    """The text, the cells of every row, and the elements of a page."""

    def __init__(self, source):
        super().__init__()
        self.words, self.rows, self.tags, self.comments = "", [], [], []
        parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        self.feed(parser.render(source))
        self.rows = [[cell.strip() for cell in row] for row in self.rows]

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "br" and self.rows and self.rows[-1]:
            self.rows[-1][-1] += "\n"

    def handle_data(self, data):
        self.words += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def handle_comment(self, data):
        self.comments.append(data)


OURS = {"h3", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "p", "sub", "ul", "li"}


def test_the_first_line_is_the_marker_and_the_headline_is_next():
    lines = markdown.render(fake.everything()).splitlines()
    assert lines[0] == "<!-- harness-gate -->"
    assert lines[1].startswith("### Regression gate: 1 of 6 cases regressed;")


def test_the_table_shows_what_asks_for_attention_and_folds_the_rest():
    source = markdown.render(fake.everything())
    open_, folded = source.split("<details>")
    rows = Page(open_).rows
    assert rows[0][5] == "Change (95 % interval)"
    assert [row[0] for row in rows[1:]] == [
        "✗ regressed", "! broken", "? inconclusive", "○ missing", "↓ improved",
    ]  # fmt: skip
    assert rows[1] == [
        "✗ regressed",
        f"{fake.FILE}::test_hinge[numpy]\nslower by more than the margin of 1 %",
        "time",
        "81.2 ms",
        "85.4 ms",
        "+5.2 % (+4.1 to +6.3 %)",
        "20",
        "2.1 %",
    ]
    assert "<summary>✓ 2 ok</summary>" in folded
    inside = Page(folded.partition("</summary>")[2].partition("</details>")[0]).rows
    assert [row[2] for row in inside[1:]] == ["peak memory", "time"]


def test_a_partial_run_says_so_in_bold_above_the_table():
    source = markdown.render(replace(fake.everything(), partial="interrupted"))
    assert "**This run is partial: interrupted.**" in source.partition("| Verdict")[0]
    assert "strong" in Page(source).tags
    assert "partial" not in markdown.render(fake.everything())


def test_the_footer_says_what_was_compared_where_and_how():
    words = Page(markdown.render(fake.everything(), 3)).words
    assert "Base main (1a2b3c4, Add a cache), head working tree (5e6f7a8" in words
    assert "x86_64-cpu AMD EPYC, 2 cores, 5.2 min" in words
    assert "Exit code 3." in words
    assert "exact one-sided signed-rank test" in words
    assert "torch is not installed on either side" in words


def test_names_are_shown_as_they_are_and_do_nothing():
    source = markdown.render(fake.evil())
    page = Page(source)
    shown = text.one_line(fake.EVIL)
    assert page.rows[1][1] == f"{shown}\n{shown.replace('@', '@​').replace('#1', '#​1')}"
    assert all(len(row) == 8 for row in page.rows)
    assert set(page.tags) <= OURS | {"strong", "details", "summary"}
    assert page.comments == [" harness-gate "]
    assert source.count(markdown.MARKER) == 1


@given(st.text(max_size=60))
def test_any_name_reads_back_from_its_cell(name):
    line = text.one_line(f"a{name}b")
    page = Page(markdown.render(fake.result(fake.slower(f"x::{line}"))))
    assert page.rows[1][1].splitlines()[0].split() == f"x::{line}".split()
    assert len(page.rows[1]) == 8


@given(st.text(max_size=60))
def test_any_note_is_one_entry_of_one_list(note):
    page = Page(markdown.render(fake.result(notes=(f"{note}.", "last"))))
    assert page.tags.count("li") == 2
    assert set(page.tags) <= OURS


def test_nobody_is_called():
    words = Page(markdown.render(fake.result(notes=("thanks @octocat, see #12",)))).words
    assert not re.search(r"@\w|#\d", words)
    assert "octocat" in words


def many(count, verdict, length=200):
    return [fake.decision(f"test_{i:05}_{'x' * length}", verdict) for i in range(count)]


def test_ok_rows_are_cut_first_and_counted():
    found = [*many(300, "ok"), *many(20, "regressed")]
    source = markdown.render(fake.result(*found))
    assert len(source) <= markdown.LIMIT
    assert source.count("✗ regressed") == 20
    kept = source.count("| ✓ ok |")
    assert 50 < kept < 300
    assert f"{300 - kept} more of 300 left out for want of room." in source
    assert "<summary>✓ 300 ok</summary>" in source
    assert source.rstrip().endswith("</sub>")


def test_other_rows_are_cut_when_they_alone_are_too_many():
    found = [*many(10, "ok"), *many(400, "inconclusive"), *many(3, "regressed")]
    source = markdown.render(fake.result(*found))
    assert len(source) <= markdown.LIMIT
    assert source.count("| ✗ regressed |") == 3
    kept = source.count("| ? inconclusive |")
    assert f"{400 - kept} more of 403 left out" in source
    assert "| ✓ ok |" not in source
    assert "10 more of 10 left out" in source


@pytest.mark.parametrize("letter", ["x", "|", "@", "\U0001f600"])
def test_nothing_makes_it_too_long(letter):
    long = letter * 5000
    made = fake.result(
        *(fake.decision(f"{i}::{long}", "broken", reason=long) for i in range(200)),
        notes=(long,) * 100,
        partial=long,
        hardware=long,
        started=long,
    )
    side = replace(fake.BASE, label=long, subject=long)
    source = markdown.render(replace(made, base=side, head=side))
    assert len(source) <= markdown.LIMIT
    assert "(further notes left out)" in source
    assert "more of 200 left out" in source


def test_nothing_measured_has_no_table():
    source = markdown.render(fake.result())
    assert "nothing was measured: no case was found" in source
    assert "|" not in source
