"""Boxes stand where their numbers stand, and their words can be read."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from harness.figures.boxes import Look, draw_boxes
from harness.figures.canvas import one_axes

VALUES = np.array([[0.0, 0.5, np.nan], [1.0, 0.25, 0.75]])
WORDS = np.array([["a", "b", "-"], ["c", "d", "e"]])


@pytest.fixture
def drawn():
    _, axes = one_axes()
    look = Look("cividis", (0.0, 1.0), 9.0)
    draw_boxes(axes, VALUES, WORDS, ["x", "y", "z"], ["up", "down"], look)
    return axes


def test_rows_go_down_and_all_are_named(drawn):
    assert drawn.get_ylim() == (2, 0)
    assert drawn.get_xlim() == (0, 3)
    assert [label.get_text() for label in drawn.get_xticklabels()] == ["x", "y", "z"]
    assert [label.get_text() for label in drawn.get_yticklabels()] == ["up", "down"]


def test_words_stand_in_the_boxes_that_there_are(drawn):
    found = {text.get_text(): text.get_position() for text in drawn.texts}
    assert found == {
        "a": (0.5, 0.5), "b": (1.5, 0.5), "c": (0.5, 1.5), "d": (1.5, 1.5), "e": (2.5, 1.5)
    }  # fmt: skip


def brightness(colour):
    """Return relative luminance as https://www.w3.org/TR/WCAG21/#dfn-relative-luminance has it."""
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_are_told_from_their_boxes(drawn):
    for text in drawn.texts:
        row, column = (int(place) for place in reversed(text.get_position()))
        box = colormaps["cividis"](VALUES[row, column])[:3]
        assert contrast(to_rgb(text.get_color()), box) > 3.0, text.get_text()
