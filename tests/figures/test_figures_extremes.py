"""Numbers near the ends of what a computer can hold are drawn, without a warning, or refused."""

import warnings

import fake_results as fake
import pytest
from fake_suites import figure

from harness import figures
from harness.types import Series

KINDS = [
    ("bars", {"x": "name"}),
    ("bars", {"x": "n", "hue": "name"}),
    ("line", {"x": "n", "hue": "name"}),
    ("line", {"x": "name"}),
    ("curve", {"x": "step", "hue": "name"}),
]


def drawn(kind, axes, values, log):
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


@pytest.mark.parametrize(("kind", "axes"), KINDS)
@pytest.mark.parametrize(
    "values", [(1e-300, 3e-300), (1e-300, 1.0), (5e-324, 1e-300), (1e-300, 1e199), (1e-320, 0.0)]
)
def test_a_log_axis_holds_them(kind, axes, values):
    picture = drawn(kind, axes, dict(zip("ab", values, strict=True)), ["y"])
    scale = picture.frame.y if picture.frame.metric == "y" else picture.frame.x
    assert scale.log
    first, last = sorted((scale.start, scale.end))
    for value in values:
        if value > 0.0:
            assert first <= scale.at(value) <= last


@pytest.mark.parametrize(("kind", "axes"), KINDS)
@pytest.mark.parametrize("log", [[], ["y"]])
def test_what_no_axis_can_hold_is_not_drawn_and_says_why(kind, axes, log):
    picture = drawn(kind, axes, {"a": 1.0, "b": 1.3e308}, log)
    assert picture.svg == ""
    assert picture.alt.startswith("Not drawn: the numbers reach ")
    assert picture.alt.endswith("further than a picture can.")
