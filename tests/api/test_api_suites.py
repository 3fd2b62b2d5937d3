from pathlib import Path

import numpy as np
import pytest
from suite_texts import LINE_FIT, suite_text, train_text

import harness
from harness.errors import NothingMeasured, UsageError
from harness.store.store import Store

PROBE = suite_text(
    "tiny",
    """\
[probe]
name = "function"
[params]
function = "softmax_naive"
at = [1.0, 2.0]
[[claims]]
id = "c<1>"
quote = "q"
metric = "diverged"
expect = { frequency_high = 0.9 }
""".replace("c<1>", "c1"),
    '[grid]\nbackend = ["numpy"]\n',
    experiment="probe",
    source=None,
)
TRAINED = suite_text(
    "line",
    train_text(LINE_FIT, epochs=5),
    """\
[seeds]
count = 3
[[claims]]
id = "fits"
quote = "q"
metric = "train_loss"
where = { lr = 0.01 }
expect = { at_least = 0.0 }
[[grid]]
backend = ["numpy"]
lr = [0.01, 0.02]
""",
    source=None,
)
FILED = suite_text(
    "filed",
    """\
[records]
file = "runs.csv"
[[claims]]
id = "good"
quote = "it <b>is</b> good | fine"
metric = "acc"
published = "a|b"
where = { trees = 100 }
expect = { at_least = 0.5 }
[[figures]]
id = "bars"
kind = "bars"
title = "Accuracy"
x = "trees"
y = "acc"
""",
    experiment="",
    source=None,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    suites = tmp_path / "suites"
    suites.mkdir()
    (suites / "filed.toml").write_text(FILED)
    rows = [f"{t},{s},{0.6 + s / 100}" for t in (10, 100) for s in range(5)]
    (suites / "runs.csv").write_text("\n".join(["trees,seed,acc", *rows]))
    return suites


def test_a_suite_is_loaded_and_its_claims_judged(folder):
    assert harness.load("filed").suites[0].id == "filed"
    assert repr(harness.load("filed")) == "1 claim of filed"
    found = harness.claims("filed")
    assert found.counts["reproduced"] == len(found) == 1
    assert found["good"] == found["filed/good"] == found[0] == next(iter(found))
    assert found[:1].items == found.items
    assert repr(found).endswith("1 reproduced")
    with pytest.raises(KeyError, match="unknown claim 'god'"):
        found["god"]


def test_a_notebook_shows_verdicts_as_text(folder):
    found = harness.claims("filed")
    assert "a|b" in found._repr_html_()
    assert "a\\|b" in found._repr_markdown_()
    assert found._repr_markdown_().count("\n") == 2


def test_records_are_a_tidy_frame(folder):
    frame = harness.records("filed")
    assert list(frame.columns[:2]) == ["suite", "experiment"]
    assert {"trees", "seed", "status", "acc"} <= set(frame.columns)
    assert frame[frame.trees == 100].acc.mean() == pytest.approx(0.62)
    assert len(frame) == 10


def test_a_figure_is_drawn(folder, tmp_path):
    drawn = harness.figure("filed", "bars")
    assert drawn._repr_svg_().lstrip().startswith("<")
    assert drawn.save(tmp_path / "x.svg").read_text() == drawn.svg
    assert repr(drawn) == drawn.alt
    with pytest.raises(UsageError, match=r"unknown figure 'bar'\. Did you mean 'bars'"):
        harness.figure("filed", "bar")
    with pytest.raises(UsageError, match="figure must be the id of a figure, as text, got 0"):
        harness.figure("filed", 0)


def test_a_suite_is_run(folder, monkeypatch):
    (folder / "tiny.toml").write_text(PROBE)
    with pytest.raises(NothingMeasured):
        harness.claims("tiny")
    found = harness.run("tiny", seeds=2, jobs=1)
    assert found.cells == {"ok": 2}
    assert harness.run("tiny", seeds=2, jobs=1).cells == {"done": 2}
    assert len(harness.records("tiny")) == 2


def test_a_suite_is_run_on_a_cluster(folder):
    pytest.importorskip("distributed")
    (folder / "tiny.toml").write_text(PROBE)
    there = harness.run("tiny", seeds=2, cluster="local:1", results="there")
    here = harness.run("tiny", seeds=2, jobs=1, results="here")
    assert there.cells == here.cells == {"ok": 2}
    assert there["c1"].verdict == here["c1"].verdict
    cells = [[record.cell for record in Store(Path(name)).records] for name in ("there", "here")]
    assert sorted(cells[0]) == sorted(cells[1])


@pytest.mark.parametrize("cluster", ["", "local:0", "nowhere", 3, b"local:2"])
def test_an_address_of_a_cluster_that_is_none_is_refused_before_anything_is_read(cluster):
    with pytest.raises(UsageError, match=r"cluster .*must .* got"):
        harness.run("no-such-suite", cluster=cluster)


@pytest.mark.parametrize("name", ["seeds", "jobs"])
@pytest.mark.parametrize("count", [0, -1, True, 2.5, "2"])
def test_a_number_that_counts_nothing_is_refused_before_anything_is_read(name, count):
    with pytest.raises(UsageError, match=f"{name} must be a whole number from 1 on, got"):
        harness.run("no-such-suite", **{name: count})


def test_a_profile_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"unknown profile 'ful'\. Did you mean 'full'"):
        harness.run("no-such-suite", profile="ful")
    with pytest.raises(UsageError, match="unknown profile 'quik'"):
        harness.figure("no-such-suite", "bars", profile="quik")


NO_PATH = "must be a path, as text or a Path, got"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"data": 3}, f"data {NO_PATH} 3 (int)"),
        ({"data": ""}, f"data {NO_PATH} '' (str)"),
        ({"results": ["r"]}, f"results {NO_PATH} ['r'] (list)"),
        ({"results": b"r"}, f"results {NO_PATH} b'r' (bytes)"),
        ({"suites": 3}, "suites must be a folder or several, as text or a Path, got 3 (int)"),
        ({"suites": []}, "suites must be a folder or several, as text or a Path, got [] (list)"),
        ({"suites": ["suites", None]}, f"suites {NO_PATH} None (NoneType)"),
        ({"use": "x"}, "use must be a mapping such as {'cifar10': 'cifar10-jpeg'}, got 'x' (str)"),
        ({"use": {"mnist": 3}}, "unknown data set '3'"),
        ({"use": {"mnits": "digits"}}, "unknown data set 'mnits'. Did you mean 'mnist'?"),
        ({"force": "no"}, "force must be True or False, got 'no' (str)"),
        ({"one_by_one": 1}, "one_by_one must be True or False, got 1 (int)"),
        ({"profile": ["quick"]}, "profile must be its name, as text, got ['quick'] (list)"),
        ({"seeds": np.ones((3, 3))}, "seeds must be a whole number from 1 on, got array("),
    ],
)
def test_an_argument_of_another_type_is_refused_before_anything_is_read(given, message):
    with pytest.raises(UsageError) as caught:
        harness.run("no-such-suite", **given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("function", [harness.load, harness.run, harness.claims, harness.records])
@pytest.mark.parametrize("name", [3, None, ["filed"], b"filed"])
def test_the_name_of_a_suite_is_a_text_or_a_path(folder, function, name):
    with pytest.raises(UsageError, match="a name must be the id or path of a suite, as text"):
        function(name)


def test_a_figure_is_refused_and_not_saved_where_nothing_says_how(folder):
    with pytest.raises(UsageError, match="dark must be True or False, got 'no'"):
        harness.figure("filed", "bars", dark="no")
    with pytest.raises(UsageError, match=r"path must be a path, as text or a Path, got None"):
        harness.figure("filed", "bars").save(None)


@pytest.mark.parametrize(("alone", "modes"), [(False, {"together"}), (True, {""})])
def test_seeds_are_trained_side_by_side_unless_one_by_one_is_asked(folder, alone, modes):
    (folder / "line.toml").write_text(TRAINED)
    found = harness.run("line", profile="full", results="r", jobs=1, one_by_one=alone)
    assert found.cells == {"ok": 6}
    assert {record.mode for record in Store(folder.parent / "r").of("line")} == modes
