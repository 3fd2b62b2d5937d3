"""Runs that leave the finite, or are about to: said, and not drawn over the others."""

import fake_results as fake
import numpy as np
from figure_drawing import draw, table

from harness.types import Series


def test_curves_stop_and_say_where_a_seed_leaves_the_finite(everything):
    suites, archive = everything
    picture = draw(suites[2], archive)
    assert "infinite from epoch 12 in 6 of 6 seeds" in picture.svg
    assert "then infinite from 12 in 6 of 6 seeds" in picture.alt


def test_a_curve_that_is_never_finite_is_still_named():
    maker = fake.Maker()
    for seed in range(2):
        series = {"train_loss": Series([0.0, 1.0], [np.nan, np.inf])}
        maker.add(
            "demo", "train", {"lr": 9.0}, seed, status="diverged", reason="nan", series=series
        )
    figure = table(kind="curve", x="epoch", y="train_loss", log=("y",))
    picture = draw(fake.suite_of(), maker.archive(), figure)
    assert "not a number from 0 in 2 of 2 seeds" in picture.alt
    assert picture.svg


def test_seeds_that_stop_early_end_the_mean():
    maker = fake.Maker()
    for seed, stop in enumerate((5, 3)):
        series = {"train_loss": Series(list(range(stop)), [1.0 + seed] * stop)}
        maker.add("demo", "train", {"lr": 0.1}, seed, series=series)
    figure = table(kind="curve", x="epoch", y="train_loss")
    rows = draw(fake.suite_of(), maker.archive(), figure).numbers.rows
    assert [row[1] for row in rows] == ["0", "1", "2", "after that"]


def test_huge_losses_do_not_overflow():
    maker = fake.Maker()
    for seed in range(3):
        series = {"train_loss": Series([0.0, 1.0], [1.0, (1 + seed) * 1e200])}
        maker.add("demo", "train", {"lr": 0.1}, seed, series=series)
    figure = table(kind="curve", x="epoch", y="train_loss", log=("y",))
    picture = draw(fake.suite_of(), maker.archive(), figure)
    assert "10²⁰⁰" in picture.alt


def test_diverged_runs_are_crosses_not_numbers(everything):
    suites, archive = everything
    weight = next(figure for figure in suites[2].figures if figure.id == "weight")
    picture = draw(suites[2], archive, weight)
    assert picture.numbers.rows[-1][2] == "6 of 6 diverged"
    assert "runs diverged" in picture.svg


def test_a_run_on_its_way_to_infinity_does_not_flatten_the_rest():
    maker = fake.Maker()
    for lr, weight in ((0.1, 1.4), (0.2, 1.9), (0.3, 2.0), (0.4, -1.4e16)):
        for seed in range(2):
            metrics = {"weight_0": weight * (1 + 0.01 * seed)}
            maker.add("demo", "train", {"lr": lr}, seed, metrics=metrics)
    figure = table(kind="line", x="lr", y="weight_0")
    picture = draw(fake.suite_of(), maker.archive(), figure)
    assert "off the picture" in picture.svg
    assert "10¹⁶" not in picture.svg
    assert "10¹⁶" in picture.numbers.rows[-1][2]
    logarithmic = draw(fake.suite_of(), maker.archive(), figure.model_copy(update={"log": ("y",)}))
    assert "off the picture" not in logarithmic.svg
