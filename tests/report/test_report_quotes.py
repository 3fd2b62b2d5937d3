import pytest

from harness.report import maths, quotes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Accuracy saturated around **33%**.", "Accuracy saturated around 33%."),
        (r"Loss $\approx 338.4$ (on $N=50,000$)", "Loss ≈ 338.4 (on N = 50,000)"),
        (r"$\frac{dL}{dy} = \sqrt{v}$", "dL/dy = √v"),
        (r"$W = N(0, \frac{1}{N_{in}})$", "W = N(0,1/N_in)"),
        ("in `a_b*c` and *stressed*", "in a_b*c and stressed"),
        ("a\n* **Result:** 3", "a Result: 3"),
        ("see [the notes](x.md)", "see the notes"),
        ("2 * 3 * 4 and snake_case", "2 * 3 * 4 and snake_case"),
        (r"\frac{1}{2}", "1/2"),
        ("costs $5 or more", "costs $5 or more"),
    ],
)
def test_a_sentence_in_words(text, words):
    assert quotes.words(text) == words


def test_html_has_emphasis_code_and_formulas_and_escapes_all_else():
    shown = quotes.html("<b> **x `<i>`** & $w_1^2 < 3$")
    assert "&lt;b&gt; <strong>x <code>&lt;i&gt;</code></strong> &amp; <math>" in shown
    assert "<msubsup><mi>w</mi><mn>1</mn><mn>2</mn></msubsup>" in shown
    assert "<mo>&lt;</mo>" in shown


@pytest.mark.parametrize("source", [r"\unknown{x}", "{x", "x}", r"\frac{1}", r"\text x", "^"])
def test_what_it_does_not_know_is_shown_as_it_was_written(source):
    with pytest.raises(maths.Unknown):
        maths.mathml(source)
    assert "<code>" in quotes.html(f"$$ {source} $$")


def test_only_a_formula_alone_is_named_aloud():
    assert quotes.aloud("$$x = 1$$") == "x = 1"
    assert quotes.aloud("so $x = 1$") == ""
