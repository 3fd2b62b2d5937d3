"""Badges: words, colours, and a picture that can be read."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import outlets_verdicts as fake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.outlets.badge import COLORS, Badge, badge, to_json, to_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("verdicts", "label", "message", "color"),
    [
        ([fake.HOLDS], "accuracy", "97.38 % ± 0.09, reproduced", "brightgreen"),
        ([fake.FALSE], "false", "97.38 % ± 0.09, contradicted", "red"),
        ([fake.KNOWN], "known", "97.38 % ± 0.09, contradicted", "brightgreen"),
        ([fake.DOUBT], "doubt", "inconclusive", "yellow"),
        ([fake.NOT_RUN], "not-run", "not run", "lightgrey"),
        ([fake.HOLDS, fake.HOLDS], "claims", "2 of 2 reproduced", "brightgreen"),
        ([fake.HOLDS, fake.NOT_RUN], "claims", "1 reproduced, 1 not run", "brightgreen"),
        ([fake.HOLDS, fake.DOUBT], "claims", "1 reproduced, 1 inconclusive", "yellow"),
        ([fake.HOLDS, fake.PARTIAL], "claims", "1 reproduced, 1 contradicted", "yellow"),
        ([fake.NOT_RUN, fake.NOT_RUN], "claims", "not run", "lightgrey"),
        (
            fake.EVERY,
            "claims",
            "2 reproduced, 4 contradicted, 2 inconclusive, 1 not comparable, 1 not run",
            "red",
        ),
    ],
)
def test_what_a_badge_says(verdicts, label, message, color):
    assert badge(verdicts) == Badge(label, message, color)


def test_the_json_is_that_of_an_endpoint():
    assert to_json(badge([fake.HOLDS], "forest")) == {
        "schemaVersion": 1,
        "label": "forest",
        "message": "97.38 % ± 0.09, reproduced",
        "color": "brightgreen",
    }


@given(st.text(max_size=30), st.text(max_size=60), st.sampled_from(sorted(COLORS)))
def test_the_picture_has_a_name_and_holds_its_words(label, message, color):
    root = ET.fromstring(to_svg(Badge(label, message, color)))  # noqa: S314 our own
    shown = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == f"{shown[0]}: {shown[1]}"
    width, left = float(root.get("width")), float(root.find(f"{SVG}path").get("d")[1:].split()[0])
    inner = [float(element.get("textLength")) for element in root.iter(f"{SVG}text")]
    widths = (left, width - left)
    assert all(0 <= text < width for text, width in zip(inner, widths, strict=True))


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", [*COLORS.values(), "#444444"])
def test_white_on_every_colour_can_be_read(color):
    """WCAG 2.2, level AA: a contrast of 4.5."""
    assert 1.05 / (luminance(color) + 0.05) >= 4.5


def test_what_is_in_a_claim_does_not_act():
    evil = replace(fake.NOT_RUN, claim='x"/><script>')
    assert "<script>" not in to_svg(badge([evil]))
