"""What ratios and differences are counted from: the one mark of a figure that shows it."""

from dataclasses import replace

import fake_results as fake
import fake_verdicts
import pytest
from fake_suites import figure

from harness import figures

SIDES = {"better": {"name": "slow"}, "than": {"name": "fast"}}
SECONDS = {"slow": (10.0, 12.0, 14.0), "fast": (2.0, 3.0, 4.0)}


def claim(expect, **keys):
    base = {
        "id": "c",
        "quote": "It is four times as fast.",
        "source": {"key": "notes", "section": "1"},
        "metric": "loss",
        "compare": SIDES,
        "expect": expect,
    }
    return {**base, **keys}


RATIO = claim({"ratio": 4.0, "tolerance": 0.1})


def made(table, drawn, *, machines=(fake.LAPTOP,), backends=("numpy",), seeds=3):
    maker = fake.Maker()
    for machine in machines:
        for backend in backends:
            for name, values in SECONDS.items():
                for seed, value in enumerate(values[:seeds]):
                    maker.add(
                        "demo",
                        "train",
                        {"backend": backend, "device": "cpu", "name": name, "n": 10},
                        seed,
                        metrics={"loss": value + backends.index(backend)},
                        environment=machine.id,
                    )
    suite = fake.suite_of(claims=[table], figures=[drawn])
    archive = maker.archive()
    asked = figures.request(suite.figures[0], suite, archive.records, archive, figures.LIGHT)
    return asked, suite.claims[0]


def found(table, drawn, findings=None, **more):
    asked, one = made(table, drawn, **more)
    findings = findings or [fake_verdicts.finding("reproduced", track="numpy/cpu")]
    return figures.reference(asked, one, findings)


BARS = figure("f", "bars", "F", x="name", y="loss")
LINE = figure("f", "line", "F", x="n", y="loss", hue="name")


def test_a_ratio_is_counted_from_the_mean_of_its_second_side():
    one = found(RATIO, BARS)
    assert (one.value, one.first, one.second) == (3.0, "slow", "fast")
    assert one.height(4.0) == 12.0
    assert one.words == "name fast, 3"


def test_a_difference_is_added_to_it():
    one = found(claim({"difference": 9.0, "tolerance": 0.1}), BARS)
    assert (one.value, one.height(9.0)) == (3.0, 12.0)
    ranged = found(claim({"of": "difference", "at_least": 1.0}), BARS)
    assert ranged.height(1.0) == 4.0


def test_both_sides_may_stand_at_one_place_of_a_line():
    one = found(RATIO, LINE)
    assert (one.first, one.second) == (10, 10)


@pytest.mark.parametrize(
    ("table", "drawn"),
    [
        (claim({"ratio": 4.0, "tolerance": 0.1}, metric="other"), BARS),
        (claim({}), BARS),  # an order has no size
        (RATIO, figure("f", "curve", "F", x="epoch", y="loss", hue="name")),
        (RATIO, {**BARS, "where": {"name": "slow"}}),  # only one side is drawn
        ({**RATIO, "compare": {**SIDES, "than": {"name": "nobody"}}}, BARS),
    ],
)
def test_a_figure_that_does_not_show_both_sides_has_nothing_to_count_from(table, drawn):
    assert found(table, drawn) is None


def test_the_mark_is_of_the_track_and_the_machine_of_the_finding():
    both = {"backends": ("numpy", "torch"), "machines": (fake.LAPTOP, fake.SERVER)}
    torch = [fake_verdicts.finding("reproduced", track="torch/cpu", environment=fake.SERVER.id)]
    assert found(RATIO, BARS, torch, **both).value == 4.0
    assert found(RATIO, BARS, **both).value == 3.0
    nobody = [fake_verdicts.finding("reproduced", track="sklearn/cpu")]
    assert found(RATIO, BARS, nobody, **both) is None


def test_several_marks_that_may_be_meant_are_none():
    asked, one = made(RATIO, BARS, backends=("numpy", "torch"))
    anyone = [fake_verdicts.finding("reproduced", track="numpy/torch/cpu")]
    assert figures.reference(asked, one, anyone) is None


def test_backends_may_be_compared_where_the_claim_names_them():
    sides = {"better": {"backend": "torch"}, "than": {"backend": "numpy"}}
    drawn = {**BARS, "x": "backend", "where": {"name": "slow"}}
    table = claim({"ratio": 4.0, "tolerance": 0.1}, compare=sides, where={"name": "slow"})
    one = found(table, drawn, [fake_verdicts.finding("reproduced", track="cpu")],
                backends=("numpy", "torch"))  # fmt: skip
    assert (one.value, one.first, one.second) == (12.0, "torch", "numpy")


def test_nothing_is_a_multiple_of_zero():
    asked, one = made(RATIO, BARS)
    zero = tuple(replace(record, metrics={"loss": 0.0}) for record in asked.records)
    finding = [fake_verdicts.finding("reproduced", track="numpy/cpu")]
    assert figures.reference(replace(asked, records=zero), one, finding) is None
