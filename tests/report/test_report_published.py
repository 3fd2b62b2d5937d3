from dataclasses import replace

import fake_results as fake
import fake_verdicts
import pytest

from harness.config.claim import Figure
from harness.figures import Frame, Reference, Scale
from harness.report.published import counted, mark
from harness.types import Grounds

# 0 to 1 from 100 down to 0, and the names a, b, c at 50, 100, 150
FRAME = Frame(Scale(25.0, 175.0, -0.5, 2.5, names=("a", "b", "c")), Scale(100.0, 0.0, 0.0, 1.0))


def claim(expect, **keys):
    table = {
        "id": "c",
        "quote": "It says a number.",
        "source": {"key": "notes", "section": "1"},
        "metric": "accuracy",
        "expect": expect,
        **keys,
    }
    (found,) = fake.suite_of(claims=[table]).claims
    return found


def figure(**keys):
    base = {"id": "f", "kind": "bars", "title": "F", "x": "name", "y": "accuracy"}
    return Figure.model_validate({**base, **keys})


def verdict(low, high, size=None, rule="value"):
    finding = fake_verdicts.finding("reproduced", grounds=Grounds(None, low, high, size))
    return fake_verdicts.verdict("c", "reproduced", rule=rule, findings=(finding,))


VALUE = {"value": 0.8, "tolerance": 0.1}


def test_a_number_lies_on_the_axis_of_its_metric_at_the_place_it_speaks_of():
    found = mark(verdict(0.7, 0.9, 0.8), claim(VALUE, where={"name": "b"}), figure(), FRAME)
    assert found.as_values() == ["y", 20.0, 30.0, 10.0, 0, 100.0, 25.0, 175.0]


def test_a_number_beyond_the_axis_lies_at_its_end():
    found = mark(verdict(2.9, 3.1, 3.0), claim(VALUE), figure(), FRAME)
    assert (found.size, found.beyond, found.other) == (0.0, 1, None)
    low = mark(verdict(-3.1, -2.9, -3.0), claim(VALUE), figure(), FRAME)
    assert (low.size, low.beyond) == (100.0, -1)


def test_an_open_band_reaches_the_end():
    expect = {"at_least": 0.5}
    found = mark(verdict(0.5, float("inf"), rule="range"), claim(expect), figure(), FRAME)
    assert (found.size, found.band) == (None, (50.0, 0.0))


@pytest.mark.parametrize(
    ("claims", "figures"),
    [
        ({"metric": "loss"}, {}),
        ({"where": {"optimizer": "sgd"}}, {"where": {"optimizer": "adam"}}),
        ({}, {"y": "loss"}),
        ({}, {"kind": "paired"}),
    ],
)
def test_a_figure_of_something_else_has_no_place_for_it(claims, figures):
    found = mark(verdict(0.7, 0.9, 0.8), claim(VALUE, **claims), figure(**figures), FRAME)
    assert found is None


def test_a_difference_lies_in_the_figure_that_compares_the_same():
    sides = {"better": {"name": "a"}, "than": {"name": "b"}}
    paired = figure(kind="paired", x="", compare=sides)
    frame = Frame(Scale(0.0, 200.0, -1.0, 1.0), Scale(100.0, 0.0, -1.0, 1.0), metric="x")
    one = claim({"difference": 0.5, "tolerance": 0.1}, compare=sides)
    said = verdict(0.4, 0.6, 0.5, rule="difference")
    assert mark(said, one, paired, frame).size == 150.0
    turned = {"better": sides["than"], "than": sides["better"]}
    other = claim({"difference": 0.5, "tolerance": 0.1}, compare=turned)
    assert mark(said, other, paired, frame) is None


def test_a_series_is_marked_at_the_step_that_the_sentence_names():
    frame = Frame(Scale(0.0, 100.0, 1.0, 100.0, log=True), Scale(100.0, 0.0, 0.1, 10.0, log=True))
    one = claim({"value": 1.0, "tolerance": 0.1}, at=10)
    found = mark(verdict(0.9, 1.1, 1.0), one, figure(kind="curve", x="step"), frame)
    assert (found.other, found.size) == (pytest.approx(50.0), pytest.approx(50.0))
    nothing = mark(verdict(-1.1, -0.9, -1.0), one, figure(kind="curve", x="step"), frame)
    assert nothing is None


RATIO = Reference(0.2, ratio=True, first="a", second="c", words="name c, 0.2")


def test_a_ratio_lies_as_many_times_as_high_as_what_it_is_counted_from():
    found = counted(verdict(3.6, 4.4, 4.0, rule="ratio"), RATIO, FRAME)
    heights = [20.0, 28.0, 12.0]
    assert found.as_values() == ["y", *heights, 0, 50.0, 25.0, 175.0, 80.0, 150.0]
    assert found.words == "name c, 0.2"


def test_a_difference_lies_above_what_it_is_counted_from():
    found = counted(verdict(0.2, 0.4, 0.3, rule="difference"), replace(RATIO, ratio=False), FRAME)
    assert (found.size, *found.band) == pytest.approx((50.0, 60.0, 40.0))


def test_a_ratio_beyond_the_axis_stands_at_its_end_and_an_open_one_reaches_it():
    far = counted(verdict(9.0, 11.0, 10.0, rule="ratio"), RATIO, FRAME)
    assert (far.size, far.beyond) == (0.0, 1)
    above = counted(verdict(10.0, float("inf"), rule="ratio"), RATIO, FRAME)
    assert (above.size, above.beyond, above.band) == (None, 1, (0.0, 0.0))
    within = counted(verdict(2.0, float("inf"), rule="ratio"), RATIO, FRAME)
    assert (within.beyond, within.band) == (0, (60.0, 0.0))


@pytest.mark.parametrize("keys", [{"value": 0.0}, {"first": "nobody"}, {"second": "nobody"}])
def test_what_has_no_place_in_the_figure_is_not_drawn(keys):
    log = Frame(FRAME.x, Scale(100.0, 0.0, 0.1, 10.0, log=True))
    assert counted(verdict(3.6, 4.4, 4.0, rule="ratio"), replace(RATIO, **keys), log) is None
    assert counted(verdict(3.6, 4.4, 4.0, rule="ratio"), RATIO, None) is None
