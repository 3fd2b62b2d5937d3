"""The axes of pictures: their numbers, their room, and what they can hold."""

import math
import re
import warnings
from xml.etree import ElementTree

import fake_results as fake
import pytest
from fake_suites import figure
from figure_drawing import table

from harness import figures
from harness.types import Series

TEXT = "{http://www.w3.org/2000/svg}text"
AXES = [
    ("bars", {"x": "name"}),
    ("bars", {"x": "n", "hue": "name"}),
    ("line", {"x": "n", "hue": "name"}),
    ("line", {"x": "name"}),
    ("curve", {"x": "step", "hue": "name"}),
]


def suite_and_records(values, **more):
    maker = fake.Maker()
    for name, accuracy in values.items():
        for seed in range(3):
            metrics = {"test_accuracy": accuracy + 0.001 * seed, "stability_limit": 0.03}
            maker.add("demo", "train", {"optimizer": name}, seed, metrics=metrics)
    return fake.suite_of(**more), maker.archive()


def drawn(values, keys, **more):
    suite, archive = suite_and_records(values, **more)
    figure = table(x="optimizer", y="test_accuracy", **keys)
    return figures.draw(figure, suite, archive.records, archive, figures.LIGHT)


def ticks(picture, pattern):
    """Return (number, x, y) of the ticks whose text matches."""
    root = ElementTree.fromstring(picture.svg)  # noqa: S314 we drew it
    found = []
    for text in root.iter(TEXT):
        number = re.fullmatch(pattern, text.text or "")
        if number:
            found.append((float(number[1]), float(text.get("x")), float(text.get("y"))))
    return found


def claim(value, **keys):
    base = {
        "id": "c",
        "quote": "It reaches a number.",
        "source": {"key": "notes", "section": "1"},
        "metric": "test_accuracy",
        "expect": {"value": value, "tolerance": 0.01},
    }
    return {**base, **keys}


@pytest.mark.parametrize("log", [[], ["y"]])
def test_numbers_lie_where_the_ticks_say(log):
    picture = drawn({"sgd": 0.05, "adam": 0.9}, {"kind": "bars", "log": log})
    assert picture.frame.x.names == ("sgd", "adam")
    scale, found = picture.frame.y, ticks(picture, r"([\d.]+) %")
    assert scale.log is bool(log)
    shown = [(number / 100, y) for number, x, y in found if x < picture.frame.x.start]
    assert len(shown) >= 2
    # texts stand a little below the height of their ticks, all by the same
    shifts = [y - scale.at(number) for number, y in shown]
    assert max(shifts) - min(shifts) < 0.1
    assert 0 < shifts[0] < 8


def test_more_than_six_categories_lie_on_their_side():
    many = {f"o{index}": 0.1 + 0.1 * index for index in range(7)}
    picture = drawn(many, {"kind": "bars"})
    assert picture.frame.metric == "x"
    assert picture.frame.y.names == tuple(many)
    assert picture.frame.y.at(0.0) < picture.frame.y.at(6.0)


def test_an_axis_makes_room_for_a_number_that_a_sentence_gives_nearby():
    keys = {"kind": "line"}
    values = {"sgd": 0.5, "adam": 0.6}
    plain = drawn(values, keys).frame.y
    near = drawn(values, keys, claims=[claim(0.75)]).frame.y
    far = drawn(values, keys, claims=[claim(0.0001)]).frame.y
    assert plain.high < 0.75 < near.high
    assert (far.low, far.high) == (plain.low, plain.high)


def test_theory_is_a_line_with_its_name():
    theory = [{"y": "stability_limit", "label": "stability limit"}, {"y": 0.1, "label": "chance"}]
    picture = drawn({"sgd": 0.05, "adam": 0.2}, {"kind": "line", "theory": theory})
    assert ">stability limit: 3 %</text>" in picture.svg
    assert ">chance: 10 %</text>" in picture.svg
    lost = [{"y": "no_metric", "label": "nothing"}]
    assert "nothing" not in drawn({"sgd": 0.05}, {"kind": "line", "theory": lost}).svg


@pytest.mark.parametrize("limit", [math.nan, math.inf])
def test_theory_without_a_number_is_left_out(limit):
    maker = fake.Maker()
    metrics = {"test_accuracy": 0.5, "stability_limit": limit}
    maker.add("demo", "train", {"optimizer": "sgd"}, metrics=metrics)
    theory = [{"y": "stability_limit", "label": "stability limit"}]
    figure = table(kind="line", x="optimizer", y="test_accuracy", theory=theory)
    archive = maker.archive()
    picture = figures.draw(figure, fake.suite_of(), archive.records, archive, figures.LIGHT)
    assert picture.svg
    assert "stability limit" not in picture.svg


@pytest.mark.parametrize("kind", ["line", "bars"])
def test_a_name_that_begins_with_an_underscore_is_in_the_legend(kind):
    theory = [{"y": 0.1, "label": "_chance"}]
    keys = {"kind": kind, "hue": "optimizer", "theory": theory}
    maker = fake.Maker()
    for name in ("_fast", "sgd"):
        metrics = {"test_accuracy": 0.2 if name == "sgd" else 0.4}
        maker.add("demo", "train", {"optimizer": name, "width": 3}, metrics=metrics)
    archive, figure = maker.archive(), table(x="width", y="test_accuracy", **keys)
    svg = figures.draw(figure, fake.suite_of(), archive.records, archive, figures.LIGHT).svg
    for text in ("_fast", "SGD", "_chance: 10 %"):
        assert re.search(rf">\N{{WORD JOINER}}?{text}</text>", svg), text


def test_words_of_suites_are_text_and_no_formulas():
    theory = [{"y": 0.1, "label": r"costs $5, $\frac{1}{$"}]
    picture = drawn({"sgd": 0.05, "adam": 0.2}, {"kind": "line", "theory": theory})
    assert r">costs $5, $\frac{1}{$: 10 %</text>" in picture.svg


def test_numbers_near_the_ends_of_what_a_computer_counts_are_drawn():
    values = {"sgd": 1e-300, "adam": 3e-300}
    keys = {"kind": "line", "log": ["y"]}
    far = drawn(values, keys, claims=[claim(1e300)]).frame.y
    assert far.high < 1.0


def test_zeros_are_written_where_a_log_axis_has_no_place_for_them():
    maker = fake.Maker()
    for name, value in (("sgd", 0.0), ("adam", 0.2)):
        maker.add("demo", "train", {"optimizer": name}, metrics={"train_loss": value})
    figure = table(kind="bars", x="optimizer", y="train_loss", log=["y"])
    archive = maker.archive()
    picture = figures.draw(figure, fake.suite_of(), archive.records, archive, figures.LIGHT)
    assert ">0</text>" in picture.svg


def test_text_is_eleven_pixels_high_on_a_phone(everything):
    suites, archive = everything
    for suite in suites:
        for each in suite.figures:
            picture = figures.draw(each, suite, archive.records, archive, figures.LIGHT)
            if not picture.svg:
                continue
            width = float(re.search(r'viewBox="0 0 ([\d.]+)', picture.svg)[1])
            sizes = [
                float(size) for size in re.findall(r"font:? ?(?:-size: )?([\d.]+)px", picture.svg)
            ]
            assert sizes, each.kind
            assert min(sizes) * 328 / width >= 10.9, (each.kind, sizes, width)


def drawn_with(kind, axes, values, log):
    maker = fake.Maker()
    for name, value in values.items():
        for seed in range(3):
            run = value * (1.0 + seed / 10)
            series = {"loss": Series([1.0, 2.0], [run, run])}
            settings = {"name": name, "n": 10}
            maker.add("demo", "train", settings, seed, metrics={"loss": run}, series=series)
    suite = fake.suite_of(figures=[figure("f", kind, "F", y="loss", log=log, **axes)])
    archive = maker.archive()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return figures.draw(suite.figures[0], suite, archive.records, archive, figures.LIGHT)


@pytest.mark.parametrize(("kind", "axes"), AXES)
@pytest.mark.parametrize(
    "values", [(1e-300, 3e-300), (1e-300, 1.0), (5e-324, 1e-300), (1e-300, 1e199), (1e-320, 0.0)]
)
def test_a_log_axis_holds_them(kind, axes, values):
    picture = drawn_with(kind, axes, dict(zip("ab", values, strict=True)), ["y"])
    scale = picture.frame.y if picture.frame.metric == "y" else picture.frame.x
    assert scale.log
    first, last = sorted((scale.start, scale.end))
    for value in values:
        if value > 0.0:
            assert first <= scale.at(value) <= last


@pytest.mark.parametrize(("kind", "axes"), AXES)
@pytest.mark.parametrize("log", [[], ["y"]])
def test_what_no_axis_can_hold_is_not_drawn_and_says_why(kind, axes, log):
    picture = drawn_with(kind, axes, {"a": 1.0, "b": 1.3e308}, log)
    assert picture.svg == ""
    assert picture.alt.startswith("Not drawn: the numbers reach ")
    assert picture.alt.endswith("further than a picture can.")
