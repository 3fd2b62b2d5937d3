import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import fake_results as fake
import fake_suites
import numpy as np
import pytest

from harness import figures
from harness.config.claim import Figure
from harness.errors import UsageError
from harness.figures.canvas import look
from harness.types import Series


@pytest.fixture(scope="module")
def everything():
    return fake_suites.everything()


def table(**keys):
    plain = fake_suites.figure("f", keys.pop("kind"), "A figure", **keys)
    return Figure.model_validate(plain, strict=False)


def draw(suite, archive, figure=None, theme=figures.LIGHT):
    return figures.draw(figure or suite.figures[0], suite, archive.records, archive, theme)


def made(make):
    maker = fake.Maker()
    return make(maker), maker


def test_the_constructed_suites_have_a_figure_of_every_kind(everything):
    suites, _ = everything
    assert {figure.kind for suite in suites for figure in suite.figures} == set(figures.KINDS)


@pytest.fixture(scope="module")
def drawn(everything):
    suites, archive = everything
    return [
        (suite, figure, theme, draw(suite, archive, figure, theme))
        for suite in suites
        for figure in suite.figures
        for theme in (figures.LIGHT, figures.DARK)
        if figure.id != "nothing"
    ]


def test_every_kind_is_drawn_with_words_and_numbers(drawn):
    for _, figure, _, picture in drawn:
        root = ElementTree.fromstring(picture.svg)  # noqa: S314 we drew it
        assert root.tag.endswith("svg")
        assert list(root.iter("{http://www.w3.org/2000/svg}text")), "text must stay text"
        assert re.search(r"\d", picture.alt), figure.kind
        assert picture.numbers.rows
        assert all(len(row) == len(picture.numbers.columns) for row in picture.numbers.rows)
        assert "DejaVu" not in picture.svg
        assert "<dc:date>" not in picture.svg


def test_equal_input_gives_equal_bytes(everything, drawn):
    _, archive = everything
    for suite, figure, theme, picture in drawn:
        if theme is figures.LIGHT:
            assert draw(suite, archive, figure, theme) == picture


def test_the_background_is_transparent_and_the_ink_follows_the_theme(everything):
    suites, archive = everything
    light, dark = (
        draw(suites[0], archive, theme=theme).svg for theme in (figures.LIGHT, figures.DARK)
    )
    assert figures.LIGHT.ink in light
    assert figures.DARK.ink in dark
    assert figures.LIGHT.ink not in dark
    assert 'id="patch_1"><path d="M 0' in light.replace("\n", " ")
    assert "fill: none" in light.partition('id="axes_1"')[0]


def test_settings_of_matplotlib_are_put_back(everything):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    suites, archive = everything
    draw(suites[0], archive)
    assert dict(mpl.rcParams) == before


def test_nothing_matches_is_said_in_words(everything):
    suites, archive = everything
    suite = suites[-1]
    nothing = next(figure for figure in suite.figures if figure.id == "nothing")
    picture = draw(suite, archive, nothing)
    assert picture.svg == ""
    assert "No record matches rmsprop" in picture.alt


def test_skipped_cells_are_named_with_their_reason(everything):
    suites, archive = everything
    figure = table(kind="line", x="optimizer", y="test_accuracy", where={"device": "cuda"})
    assert "no CUDA device was found" in draw(suites[-1], archive, figure).alt


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "curve", "x": "epoch", "y": "no_series"},
        {"kind": "line", "x": "optimizer", "y": "no_metric"},
        {"kind": "line", "x": "no_axis", "y": "test_accuracy"},
        {"kind": "bars", "x": "optimizer", "y": "no_metric"},
        {"kind": "heatmap", "x": "optimizer", "y": "backend"},
        {"kind": "heatmap", "x": "optimizer", "y": "backend", "hue": "no_metric"},
        {"kind": "images"},
        {"kind": "neighbors"},
        {"kind": "fits"},
        {"kind": "paired", "y": "test_accuracy"},
        {
            "kind": "paired",
            "y": "test_accuracy",
            "compare": {"better": {"optimizer": "adam"}, "than": {"optimizer": "lion"}},
        },
    ],
    ids=lambda keys: "-".join(str(value) for value in keys.values())[:40],
)
def test_what_the_records_do_not_hold_is_said_not_drawn(everything, keys):
    suites, archive = everything
    picture = draw(suites[-1], archive, table(**keys))
    assert picture.svg == ""
    assert picture.alt.startswith("Not drawn: ")


def test_an_unknown_kind_names_the_nearest(everything):
    suites, archive = everything
    with pytest.raises(UsageError, match="Did you mean 'curve'"):
        draw(suites[0], archive, table(kind="curves"))


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


def test_a_line_has_room_for_its_points_and_bars(everything):
    suites, archive = everything
    figure = next(figure for figure in suites[0].figures if figure.id == "n")
    ticks = re.findall(r">(\d+(?:\.\d)?) %</text>", draw(suites[0], archive, figure).svg)
    assert min(map(float, ticks)) <= 25
    assert max(map(float, ticks)) >= 35


def test_cases_are_never_averaged_together():
    """Numpy and torch at one seed are two cases of one run, not two runs of one case."""
    maker = fake.Maker()
    for backend in ("numpy", "torch"):
        for seed in range(3):
            maker.add(
                "demo", "train", {"backend": backend, "lr": 0.1}, seed, metrics={"loss": 1.0 + seed}
            )
    figure = table(kind="line", x="lr", y="loss")
    rows = draw(fake.suite_of(), maker.archive(), figure).numbers.rows
    assert [(row[0], row[3]) for row in rows] == [("numpy", "3 seeds"), ("torch", "3 seeds")]


def test_machines_are_kept_apart_and_older_environments_of_one_left_out():
    maker = fake.Maker()
    for environment in (fake.LAPTOP, fake.SERVER, replace(fake.LAPTOP, id="env-upgraded")):
        maker.add(
            "demo",
            "train",
            {"lr": 0.1},
            metrics={"loss": float(len(environment.id))},
            environment=environment.id,
        )
    archive = maker.archive()
    archive.environments["env-upgraded"] = replace(fake.LAPTOP, id="env-upgraded")
    rows = draw(fake.suite_of(), archive, table(kind="line", x="lr", y="loss")).numbers.rows
    assert [(row[0], row[2]) for row in rows] == [
        (fake.SERVER.hardware, "10"),
        (fake.LAPTOP.hardware, "12"),
    ]


def test_one_run_has_an_interval_over_examples(everything):
    suites, archive = everything
    figure = next(figure for figure in suites[0].figures if figure.id == "n")
    picture = draw(suites[0], archive, figure)
    assert {row[3] for row in picture.numbers.rows} == {"500 examples"}
    assert "500 test examples" in picture.note


def test_paired_differences_are_paired_by_seed():
    maker = fake.Maker()
    for seed in range(4):
        for optimizer, gain in (("sgd", 0.0), ("adam", 0.01)):
            if (seed, optimizer) != (3, "sgd"):
                maker.add(
                    "demo",
                    "train",
                    {"backend": "numpy", "device": "cpu", "optimizer": optimizer},
                    seed,
                    metrics={"test_accuracy": 0.9 + 0.05 * seed + gain * (1 + 0.1 * seed)},
                )
    figure = table(
        kind="paired",
        y="test_accuracy",
        where={"optimizer": "adam"},
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), maker.archive(), figure)
    label, mean, above, below, n = picture.numbers.rows[0]
    assert (label, above, below, n) == ("numpy/cpu", "3", "0", "3 seeds")
    # 1.0, 1.1 and 1.2 points: t(0.975, 2) * 0.1 / sqrt(3) = 0.248
    assert mean == "1.1 points ± 0.2"


@pytest.mark.filterwarnings("error:constrained_layout not applied")
def test_paired_differences_of_machines_with_long_names_keep_their_axes():
    maker, long = (
        fake.Maker(),
        "x86_64-cpu Intel(R) Xeon(R) Processor, 16 cores, cuda:NVIDIA H100 80GB",
    )
    for environment in (fake.LAPTOP, fake.SERVER):
        for seed in range(3):
            for optimizer in ("sgd", "adam"):
                axes = {"backend": "torch", "device": "cuda", "optimizer": optimizer}
                maker.add(
                    "demo", "train", axes, seed,
                    environment=environment.id, metrics={"test_accuracy": 0.9 + 0.01 * seed},
                )  # fmt: skip
    archive = maker.archive()
    archive.environments[fake.SERVER.id] = replace(fake.SERVER, hardware=long)
    figure = table(
        kind="paired",
        y="test_accuracy",
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), archive, figure)
    assert long in picture.alt
    assert picture.svg


def test_an_ambiguous_pair_is_refused():
    maker = fake.Maker()
    maker.add("demo", "train", {"optimizer": "adam", "lr": 1}, metrics={"loss": 1.0})
    for lr in (1, 2):
        maker.add("demo", "train", {"optimizer": "sgd", "lr": lr}, metrics={"loss": 2.0})
    figure = table(
        kind="paired",
        y="loss",
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), maker.archive(), figure)
    assert "name more axes" in picture.alt


def test_confusion_counts_true_against_predicted():
    maker = fake.Maker()
    arrays = {"labels": np.array([0, 0, 1, 2]), "predictions": np.array([0, 1, 1, 0])}
    maker.add("demo", "train", {"lr": 1}, arrays=arrays)
    picture = draw(fake.suite_of(), maker.archive(), table(kind="confusion"))
    assert [row[1:3] for row in picture.numbers.rows] == [("1", "2"), ("1", "1"), ("0", "1")]
    assert "2 of 4 are right (50 %)" in picture.alt
    assert "class 0 taken for 1 (1 time)" in picture.alt


def test_neighbours_carry_a_sign_beside_the_colour(everything):
    suites, archive = everything
    panel = next(figure for figure in suites[0].figures if figure.kind == "neighbors")
    picture = draw(suites[0], archive, panel)
    assert "✗" in picture.svg
    assert "3 test images" in picture.alt


def test_a_stand_in_is_named(everything):
    suites, archive = everything
    assert draw(suites[0], archive).stand_in == ("cifar10-jpeg",)
    assert draw(suites[-1], archive).stand_in == ()


def test_names_need_no_plotting_library():
    code = "import sys, harness.figures as f; f.KINDS.names(); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_groups_differ_by_more_than_colour():
    seen = {
        (style["marker"], str(style["linestyle"]))
        for hue in range(4)
        for rest in range(3)
        for style in [look(figures.LIGHT, hue, rest, several=3)]
    }
    assert len(seen) == 12
    alone = [look(figures.LIGHT, hue, 0, several=1) for hue in range(8)]
    assert len({str(style["linestyle"]) for style in alone}) == 8


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
