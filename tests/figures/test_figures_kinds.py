import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import fake_results as fake
import numpy as np
import pytest
from figure_drawing import draw, table

from harness import figures
from harness.errors import UsageError
from harness.figures.canvas import look


def made(make):
    maker = fake.Maker()
    return make(maker), maker


def test_the_constructed_suites_have_a_figure_of_every_kind(everything):
    suites, _ = everything
    assert {figure.kind for suite in suites for figure in suite.figures} == set(figures.KINDS)


def pictures(everything, theme, figures_of):
    """Draw the figures that are chosen of every suite."""
    suites, archive = everything
    return [
        (suite, figure, draw(suite, archive, figure, theme))
        for suite in suites
        for figure in figures_of(suite)
        if figure.id != "nothing"
    ]


@pytest.fixture(scope="module")
def drawn(everything):
    return pictures(everything, figures.LIGHT, lambda suite: suite.figures)


def one_of_every_kind(everything):
    """Return what chooses the first figure of every kind: a second costs as much and shows less."""
    suites, _ = everything
    first = {figure.kind: figure for suite in reversed(suites) for figure in suite.figures[::-1]}
    chosen = {id(figure) for figure in first.values()}
    return lambda suite: [figure for figure in suite.figures if id(figure) in chosen]


def is_a_picture(figure, picture):
    root = ElementTree.fromstring(picture.svg)  # noqa: S314 we drew it
    assert root.tag.endswith("svg")
    assert list(root.iter("{http://www.w3.org/2000/svg}text")), "text must stay text"
    assert re.search(r"\d", picture.alt), figure.kind
    assert picture.numbers.rows
    assert all(len(row) == len(picture.numbers.columns) for row in picture.numbers.rows)
    assert "DejaVu" not in picture.svg
    assert "<dc:date>" not in picture.svg


def test_every_kind_is_drawn_with_words_and_numbers(drawn):
    for _, figure, picture in drawn:
        is_a_picture(figure, picture)


def test_every_kind_is_drawn_on_a_dark_page(everything):
    dark = pictures(everything, figures.DARK, one_of_every_kind(everything))
    assert {figure.kind for _, figure, _ in dark} == set(figures.KINDS)
    for _, figure, picture in dark:
        is_a_picture(figure, picture)


def test_equal_input_gives_equal_bytes(everything, drawn):
    before = {id(figure): picture for _, figure, picture in drawn}
    again = pictures(everything, figures.LIGHT, one_of_every_kind(everything))
    for _, figure, picture in again:
        assert before[id(figure)] == picture


def test_the_background_is_transparent_and_the_ink_follows_the_theme(everything):
    suites, archive = everything
    light, dark = (
        draw(suites[0], archive, theme=theme).svg for theme in (figures.LIGHT, figures.DARK)
    )
    assert figures.LIGHT.ink in light
    assert figures.DARK.ink in dark
    assert figures.LIGHT.ink not in dark
    assert 'id="patch_1"><path d="M0' in light
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
    assert "No record matches RMSprop" in picture.alt


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
    assert [(row[0], row[3]) for row in rows] == [
        ("NumPy", "3 seeds"),
        ("PyTorch", "3 seeds"),
    ]


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
        ("16-core CPU", "10"),
        ("2-core CPU", "12"),
    ]


def test_one_run_has_an_interval_over_examples(everything):
    suites, archive = everything
    figure = next(figure for figure in suites[0].figures if figure.id == "n")
    picture = draw(suites[0], archive, figure)
    assert {row[3] for row in picture.numbers.rows} == {"500 examples"}
    assert "500 test examples" in picture.note


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
