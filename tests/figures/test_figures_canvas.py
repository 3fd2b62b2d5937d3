"""What stands beside panels has room there."""

import itertools

import pytest

from harness.figures import canvas

NAME = "Intel Xeon, 16 cores, NVIDIA H100 80GB HBM3, cuda"
SIZES = [500, 1000, 5000, 50000]


@pytest.fixture(params=[1, 2])
def panels(request):
    drawn, grid = canvas.several_axes(request.param)
    for axes in grid:
        axes.plot(SIZES, SIZES)
        canvas.format_axis(axes.xaxis, SIZES, unit="", log=True)
        canvas.ticks_at(axes.xaxis, SIZES)
        canvas.over(axes, NAME)
    drawn.canvas.draw()
    return grid


def side_by_side(texts):
    """Whether texts, in any order, leave one another their places."""
    boxes = sorted((t.get_window_extent() for t in texts), key=lambda box: box.x0)
    return all(one.x1 <= other.x0 for one, other in itertools.pairwise(boxes))


def test_names_over_panels_are_whole_and_do_not_meet(panels):
    assert all(axes.get_title().replace("\n", " ") == NAME for axes in panels)
    assert side_by_side([axes.title for axes in panels])


def test_labels_of_sizes_do_not_meet(panels):
    for axes in panels:
        shown = [label for label in axes.get_xticklabels() if label.get_text()]
        assert shown[0].get_text() == "500"
        assert side_by_side(shown)


def test_names_over_panels_stand_above_them(panels):
    for axes in panels:
        assert axes.title.get_window_extent().y0 > axes.bbox.y1
        assert axes.title.get_window_extent().y1 <= axes.figure.bbox.y1
