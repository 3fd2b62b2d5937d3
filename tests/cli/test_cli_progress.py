import io

import pytest
from rich.console import Console

from harness.cli.progress import Meter, duration, watched


class Out:
    """An `Output` whose notes are kept."""

    def __init__(self, **options):
        self.text = io.StringIO()
        self.err = Console(file=self.text, width=200, **options)


class Hands:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_time_left_is_the_mean_of_the_cells_times_those_left():
    clock = Hands()
    meter = Meter(20, clock, "knn")
    clock.now += 60
    meter.done = 1
    assert meter.line() == "1 of 20 cells, knn, 1 min so far"
    meter.done = 2
    assert meter.left == "about 9 min left"
    meter.done = 5
    assert meter.line() == "5 of 20 cells, knn, 1 min so far, about 3 min left"
    meter.done = 20
    assert meter.line() == "20 of 20 cells, knn, done"


def test_off_a_terminal_a_line_comes_now_and_then():
    clock, out = Hands(), Out()
    with watched(out, Meter(1000, clock)) as watch:
        watch.enter("knn")
        for _ in range(1000):
            clock.now += 3.6
            watch.step()
    lines = out.text.getvalue().splitlines()
    assert 10 < len(lines) < 45
    assert all(" of 1,000 cells, knn, " in line for line in lines)


def test_a_terminal_has_one_bar_with_the_suite_and_the_time_left():
    clock, out = Hands(), Out(force_terminal=True, color_system=None, _environ={"TERM": "xterm"})
    with watched(out, Meter(100, clock)) as watch:
        watch.enter("knn-scaling")
        for _ in range(10):
            clock.now += 6
            watch.step()
    last = out.text.getvalue()
    assert "knn-scaling" in last
    assert "10/100" in last
    assert "about 9 min left" in last


def test_without_colour_there_is_no_bar():
    out = Out(force_terminal=True, no_color=True, color_system=None)
    with watched(out, Meter(2, Hands())) as watch:
        watch.step()
    assert out.text.getvalue() == ""
