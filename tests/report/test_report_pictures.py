from harness.figures import DARK, LIGHT
from harness.report.pictures import Ink

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><defs><style type="text/css">'
    '*{stroke-linejoin: round}</style></defs><g id="a"><g id="empty"/>'
    '<path id="m1" d="M0 1.23L3 4" style="fill: #1b2430"/>'
    '<use xlink:href="#m1" style="fill: #1b2430"/></g><text style="fill: #ffffff">x</text></svg>'
)


def test_a_drawing_takes_the_colours_of_the_page_and_a_class_for_each_style():
    ink = Ink()
    first, second = ink.inline(SVG), ink.inline(SVG)
    assert first == (
        '<svg class="drawing" viewBox="0 0 10 10" aria-hidden="true">'
        '<path id="d1-0" d="M0 1.23L3 4" class="s0"/><use href="#d1-0" class="s0"/>'
        '<text class="s1">x</text></svg>'
    )
    assert second == first.replace("d1-", "d2-")
    assert ".s0{fill:var(--f-ink)}.s1{fill:#ffffff}" in ink.style()
    for theme in (LIGHT, DARK):
        assert f"--f-ink:{theme.ink};" in ink.style()


def test_nothing_stays_nothing():
    assert Ink().inline("") == ""
