"""What a reader has of a document: the same words, whatever marks stand around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.prose.reading import nearest, read, sentences, words


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("reaches **97.92%** with `Adam`", "reaches 97.92% with Adam"),
        (
            "97 % is 97% and 97\\,\\% and 97~\\%",
            "97% is 97% and 97% and 97%",
        ),
        ("over\n  two\r\nlines", "over two lines"),
        ('a [link](https://x.org/a_(b) "t") and ![alt](p.png)', "a link and alt"),
        ("a [link][ref] and a note[^1]", "a link and a note"),
        ("reaches <!-- claim: a/b -->97 %<!-- /claim --> here", "reaches 97% here"),
        ("<b>bold</b><br/>and H<sub>2</sub>O", "bold and H2O"),
        ("3 &lt; 5 &amp; 7&nbsp;%", "3 < 5 & 7%"),
        ("$N=5{,}000$ and $30\\times$ and $1\\pm 2$", "N=5,000 and 30\u00d7 and 1\u00b1 2"),
        ("\\textbf{Adam} wins", "Adam wins"),
        ("| **Adam** | 97.92% |\n| --- | ---: |\n", "Adam 97.92%"),
        ("# Title\n\n> * item _one_\n> * item ~~two~~", "Title item one item two"),
        (
            "test_loss and 2**3 and a * b and \\*x\\*",
            "test_loss and 2**3 and a * b and *x*",
        ),
        ("\u201cso\u201d \u2013 it\u2019s \u22125", '"so" - it\'s -5'),
        ("zero\u200bwidth so\u00adft", "zerowidth soft"),
    ],
)
def test_marks_are_read_over(source, text):
    assert read(source).text.strip() == text


def test_every_word_has_its_line():
    prose = read("# One\n\nTwo **three**\nfour\n\n```python\nfive\n```\n")
    lines = {word: prose.line(prose.text.index(word)) for word in prose.text.split()}
    assert lines == {"One": 1, "Two": 3, "three": 3, "four": 4, "python": 6, "five": 7}


@pytest.mark.parametrize("found", ["97.92", "1997", "97,000", "0.97", "970"])
def test_a_number_is_not_found_inside_a_longer_one(found):
    assert read(f"it is {found} here").find("97") is None
    assert read(f"it is {found} or 97.").find("97") is not None


def test_what_may_be_an_item_is_read_both_ways():
    assert words("- 5 degrees") == ("5 degrees", "- 5 degrees")
    assert words("five") == ("five",)
    assert words("<!-- nothing -->") == ("",)


DOCUMENT = """\
# Results

Adam reaches 97.92 % on the test
images. SGD stays at 91 %.

| optimizer | loss |
| --- | --- |
| Adam | 0.01 |
"""


def test_sentences_end_where_readers_see_them_end():
    found = [(one.line, one.text) for one in sentences(read(DOCUMENT))]
    assert found == [
        (1, "Results"),
        (3, "Adam reaches 97.92% on the test images."),
        (4, "SGD stays at 91%."),
        (6, "optimizer loss"),
        (8, "Adam 0.01"),
    ]


def test_the_nearest_sentence_is_found_with_its_line():
    assert nearest(read(DOCUMENT), "Adam reaches 96 % on test images").line == 3
    assert nearest(read(DOCUMENT), "SGD stays at 80 %").line == 4
    assert nearest(read(DOCUMENT), "Wholly different words") is None
    assert nearest(read(""), "anything") is None


WORDS = st.lists(
    st.sampled_from(["a", "*b*", "**c d**", "`e`", "[f](u)", "97 %", "_g_", "h\n", "&amp;", "i."]),
    min_size=1,
    max_size=12,
)


@given(WORDS)
def test_a_line_reads_as_a_renderer_has_it(parts):
    """Paragraphs of simple marks against a Markdown library that shares no code with us."""
    source = " ".join(parts)
    inline = [t for t in MarkdownIt().parse(source) if t.type == "inline"]
    shown = " ".join(
        "".join(c.content or "\n" * (c.type == "softbreak") for c in t.children) for t in inline
    )
    assert read(source).text.split() == shown.replace(" %", "%").split()


@given(st.text(alphabet="ab1 \n*_`$[](){}<>|~\\&;#-.%!^", max_size=80))
def test_any_text_is_read_and_every_letter_has_a_line(source):
    prose = read(source)
    assert len(prose.offsets) == len(prose.text)
    assert list(prose.offsets) == sorted(prose.offsets)
    assert "  " not in prose.text
    assert all(1 <= prose.line(at) <= source.count("\n") + 1 for at in range(len(prose.text)))
