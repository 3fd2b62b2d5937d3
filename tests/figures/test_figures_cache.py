"""Pictures are drawn once, and again as soon as anything in them is another."""

from dataclasses import replace

import fake_suites
import pytest

from harness import figures
from harness.figures import cache


@pytest.fixture(scope="module")
def everything():
    return fake_suites.everything()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def drawn(monkeypatch):
    """The kinds of the figures that were drawn, and not taken from the cache."""
    done = []
    paint = cache.painted
    monkeypatch.setattr(
        cache, "painted", lambda asked: done.append(asked.figure.kind) or paint(asked)
    )
    monkeypatch.setattr(cache, "processors", lambda: 1)
    return done


def request(everything, kind, theme=figures.LIGHT):
    suites, archive = everything
    suite, figure = next(
        (suite, figure) for suite in suites for figure in suite.figures if figure.kind == kind
    )
    return figures.request(figure, suite, archive.records, archive, theme)


def test_a_picture_is_drawn_once(everything, drawn):
    asked = request(everything, "line")
    (first,) = figures.draw_all([asked])
    assert drawn == ["line"]
    assert figures.draw_all([asked]) == [first]
    assert drawn == ["line"]
    suites, archive = everything
    suite = next(suite for suite in suites if asked.figure in suite.figures)
    assert first == figures.draw(asked.figure, suite, archive.records, archive, figures.LIGHT)


def test_colours_records_and_kinds_are_part_of_what_is_shown(everything, drawn):
    asked = request(everything, "line")
    record = asked.records[0]
    worse = replace(record, metrics={name: value + 1 for name, value in record.metrics.items()})
    others = [
        replace(asked, theme=figures.DARK),
        replace(asked, records=(worse, *asked.records[1:])),
        replace(asked, kinds={record.case: dict.fromkeys(record.metrics, "count")}),
        replace(asked, figure=asked.figure.model_copy(update={"title": "Another"})),
    ]
    figures.draw_all([asked])
    for other in others:
        drawn.clear()
        figures.draw_all([other])
        assert drawn == ["line"]


def test_an_array_that_was_measured_anew_is_drawn_anew(everything, drawn):
    asked = request(everything, "confusion")
    figures.draw_all([asked])
    figures.draw_all([asked])
    assert drawn == ["confusion"]

    class Edited(cache.WatchedArchive):
        def array(self, record, name):
            return super().array(record, name)[::-1].copy()

    figures.draw_all([replace(asked, archive=Edited(asked.archive))])
    assert drawn == ["confusion", "confusion"]


def test_a_corrupted_entry_is_drawn_anew(everything, drawn, folder):
    asked = request(everything, "line")
    (first,) = figures.draw_all([asked])
    (entry,) = folder.glob("pictures/*/*")
    entry.write_bytes(entry.read_bytes()[:-10])
    assert figures.draw_all([asked]) == [first]
    assert drawn == ["line", "line"]


def test_a_picture_of_many_records_is_drawn_each_time(everything, monkeypatch):
    asked = request(everything, "line")
    figures.draw_all([asked])
    monkeypatch.setattr(cache, "KEPT", len(asked.records))
    for name in ("key_of", "get"):
        monkeypatch.setattr(cache, name, lambda *_: pytest.fail("its key takes as long"))
    assert figures.draw_all([asked]) == [figures.registry.painted(asked)]


def test_processes_draw_what_one_draws(everything, monkeypatch):
    kinds = ("line", "bars", "heatmap", "line")
    asked = [
        request(everything, kind, theme)
        for kind in kinds
        for theme in (figures.LIGHT, figures.DARK)
    ]
    monkeypatch.setattr(cache, "processors", lambda: 2)
    side_by_side = figures.draw_all(asked)
    assert side_by_side == [figures.registry.painted(one) for one in asked]


def test_settings_of_the_users_own_pictures_change_nothing(everything):
    import matplotlib as mpl

    asked = request(everything, "line")
    plain = figures.registry.painted(asked)
    with mpl.rc_context(
        {"figure.dpi": 50, "lines.solid_capstyle": "round", "legend.fancybox": False}
    ):
        assert figures.registry.painted(asked) == plain
        assert mpl.rcParams["figure.dpi"] == 50
