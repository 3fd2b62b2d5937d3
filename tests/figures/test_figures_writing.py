"""A sheet is written as matplotlib itself writes it, in fewer steps."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness import figures
from harness.figures import canvas
from harness.figures.writing import svg

NUMBER = re.compile(r"(?<![\w#])-?\d+(?:\.\d+)?")
NOTHING = dict.fromkeys(("Date", "Creator", "Format", "Type"))
GIVEN = re.compile(r"[mp][0-9a-f]{10}|image[0-9a-f]{8}")


@pytest.fixture(params=["lines", "log", "pictures", "shared"])
def make(request):
    def lines(drawn):
        one, two = drawn.subplots(1, 2)
        one.plot([0, 1, 2], [3.0, 4.0, 1.0], "o-", label="first & last")
        two.bar(["a", "b"], [1.0, 2.0], label="bars")
        two.set_title("two")
        canvas.legend(drawn, two, "of them")

    def log(drawn):
        axes = drawn.add_subplot()
        axes.plot([1e-3, 1.0, 1e4], [1.0, 10.0, 100.0], label="steps")
        for axis in (axes.xaxis, axes.yaxis):
            canvas.format_axis(axis, [1e-3, 1e4], unit="seconds", log=True)
        axes.set_xlabel(canvas.beside("how long a step takes", upright=False))

    def pictures(drawn):
        drawn.add_subplot().imshow(np.arange(12.0).reshape(3, 4), cmap="gray")

    def shared(drawn):
        for axes in drawn.subplots(3, 2, sharey=True).flat:
            axes.plot([1.0, 40.0], [2e-3, 7e4])
            for axis in (axes.xaxis, axes.yaxis):
                canvas.format_axis(axis, [1.0, 7e4], unit="", log=True)
            axes.tick_params(axis="x", length=0)
            axes.grid(visible=False, axis="x")

    makers = {"lines": lines, "log": log, "pictures": pictures, "shared": shared}
    return makers[request.param]


def read(text):
    """Return what an SVG says in order, its numbers apart, without names given to shapes."""
    root = ElementTree.fromstring(text)  # noqa: S314 ours
    for about in root.findall("{http://www.w3.org/2000/svg}metadata"):
        root.remove(about)
    parts = []
    for found in root.iter():
        if "d" in found.attrib:
            found.set("d", re.sub("([A-Za-z])", r" \1 ", found.get("d")))
        if found.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
            del found.attrib["transform"]
        parts += [found.tag, (found.text or "").strip()]
        parts += [part for item in sorted(found.items()) for part in item]
    whole = GIVEN.sub(
        "", " ".join(" ".join(parts).split()).replace("'DejaVu Sans'", "system-ui, sans-serif")
    )
    return NUMBER.sub("#", whole), [float(found) for found in NUMBER.findall(whole)]


def test_a_sheet_is_what_matplotlib_writes(make):
    with canvas.styled(figures.LIGHT):
        ours = canvas.sheet()
        theirs = Figure(figsize=(canvas.WIDTH, canvas.HEIGHT), layout="constrained")
        make(ours)
        make(theirs)
        FigureCanvasSVG(theirs)
        buffer = io.BytesIO()
        theirs.savefig(buffer, format="svg", transparent=True, metadata=NOTHING)
        words, numbers = read(svg(ours))
    expected, places = read(buffer.getvalue())
    assert words == expected
    np.testing.assert_allclose(numbers, places, atol=0.0051)


def test_a_sheet_is_laid_out_as_it_is_written(make):
    with canvas.styled(figures.LIGHT):
        drawn = canvas.sheet()
        make(drawn)
        before = [axes.get_position().bounds for axes in drawn.axes]
        svg(drawn)
        assert all(
            axes.get_position().bounds != first
            for axes, first in zip(drawn.axes, before, strict=True)
        )
