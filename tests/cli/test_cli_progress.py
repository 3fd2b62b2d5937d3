import io

import pytest
from rich.console import Console

from harness.cli.progress import Meter, duration, roughly, watched


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


def run(meter, clock, suite, cells, seconds):
    """Let some cells of a suite end, each after some seconds."""
    for _ in range(cells):
        clock.now += seconds
        meter.count(suite)


def test_the_time_left_of_one_suite_is_the_mean_of_its_cells_times_those_left():
    clock = Hands()
    meter = Meter({"knn": 20}, clock)
    run(meter, clock, "knn", 1, 60)
    assert meter.line() == "1 of 20 cells, knn, 1 min so far"
    run(meter, clock, "knn", 1, 0)
    assert meter.left == "about 9 min left"
    run(meter, clock, "knn", 3, 0)
    assert meter.line() == "5 of 20 cells, knn, 1 min so far, about 3 min left"
    run(meter, clock, "knn", 15, 0)
    assert meter.line() == "20 of 20 cells, knn, done"


def test_a_slow_suite_says_nothing_of_the_many_cells_after_it():
    clock = Hands()
    meter = Meter({"slow": 50, "quick": 400, "others": 1200}, clock)
    run(meter, clock, "slow", 30, 2)
    assert meter.line() == "30 of 1,650 cells, slow, 1 min so far"
    run(meter, clock, "slow", 20, 2)
    assert meter.left == ""
    run(meter, clock, "quick", 1, 0.1)
    assert meter.left == "", "one cell says little of its suite"
    run(meter, clock, "quick", 1, 0.1)
    assert meter.left.startswith("about "), "of more than a quarter something is known"


def test_the_cells_of_the_running_suite_take_what_its_own_did():
    clock = Hands()
    meter = Meter({"slow": 10, "quick": 90}, clock)
    run(meter, clock, "slow", 10, 30)
    run(meter, clock, "quick", 40, 1)
    assert meter.left == "about 50 s left"
    meter = Meter({"quick": 60, "others": 40}, clock)
    run(meter, clock, "quick", 20, 1)
    assert meter.left == "about 1 min 20 s left"


def test_cells_done_are_known_while_the_next_suite_is_not():
    clock = Hands()
    meter = Meter({"one": 40, "two": 60}, clock)
    run(meter, clock, "one", 40, 1)
    run(meter, clock, "two", 1, 0)
    assert meter.left == "about 1 min left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7.4, "7 s"), (43, "40 s"), (83, "1 min 20 s"), (200, "3 min"), (7500, "2 h 5 min")],
)
def test_an_estimate_has_the_digits_it_earned(seconds, text):
    assert roughly(seconds) == text


def test_off_a_terminal_a_line_comes_now_and_then():
    clock, out = Hands(), Out()
    with watched(out, Meter({"knn": 1000}, clock)) as watch:
        for _ in range(1000):
            clock.now += 3.6
            watch.step("knn")
    lines = out.text.getvalue().splitlines()
    assert 10 < len(lines) < 45
    assert all(" of 1,000 cells, knn, " in line for line in lines)


def test_a_terminal_has_one_bar_with_the_suite_and_the_time_left():
    clock, out = Hands(), Out(force_terminal=True, color_system=None, _environ={"TERM": "xterm"})
    with watched(out, Meter({"knn-scaling": 100}, clock)) as watch:
        for _ in range(10):
            clock.now += 6
            watch.step("knn-scaling")
    last = out.text.getvalue()
    assert "knn-scaling" in last
    assert "10/100" in last
    assert "about 9 min left" in last


def test_without_colour_there_is_no_bar():
    out = Out(force_terminal=True, no_color=True, color_system=None)
    with watched(out, Meter({"knn": 2}, Hands())) as watch:
        watch.step("knn")
    assert out.text.getvalue() == ""
