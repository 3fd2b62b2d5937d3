import json
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import history_builders as make
import pytest

from harness.cli import codes
from harness.cli.history import BLOCKS, latest, sparkline
from harness.gate.history import History
from harness.gate.selftest import Run, store
from harness.gate.values import Pair
from harness.types import Environment


def git(*arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(
        ["git", *identity, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(harness):
    """Make the folder of `harness` a repository of two commits; return them."""
    git("init", "-q", "-b", "main")
    commits = []
    for subject in ("One", "Two"):
        git("commit", "-q", "--allow-empty", "-m", subject)
        commits.append(git("rev-parse", "HEAD"))
    return commits


@pytest.fixture
def kept(harness):
    """Keep a history with a step, creep and a short series."""
    history = History(harness.folder / "results" / "history")
    history.name(make.V1)
    for case, values in (
        ("test_step[numpy]", make.stepped(1)),
        ("test_creep", make.crept(1)),
        ("test_new", [0.0, 0.01]),
    ):
        history.add([make.point(n, value, case=case) for n, value in enumerate(values)])
    return history


def test_the_history_of_a_baseline_is_listed(harness, kept):
    code, out, err = harness("history", "v1")
    assert (code, err) == (0, "")
    assert f"v1 is {make.V1.commit[:7]}, named 2025-01-01" in out
    assert "slower: +4" in out
    assert f"at {make.commit(12)[:7]}" in out
    assert "slower: creep: +0.4" in out
    assert "too few commits (2 of 6)" in out
    assert "worse than before: 2 of 3" in out
    assert any(block in out for block in BLOCKS)


def test_the_names_of_cases_are_no_markup(harness, kept):
    assert "test_step[numpy]" in harness("history")[1]


def test_cases_are_selected_by_pattern_or_by_name(harness, kept):
    for case in ("*step*", "test_step[numpy]"):
        code, out, _ = harness("history", "--case", case)
        assert code == 0
        assert "test_step" in out
        assert "test_creep" not in out


def test_a_case_that_nothing_matches_exits_5(harness, kept):
    code, _, err = harness("history", "v1", "--case", "test_crep")
    assert code == codes.NOTHING_MEASURED
    assert "no case of v1 matches 'test_crep'. Did you mean 'test_creep'?" in err


def test_check_exits_3_when_something_is_slower(harness, kept):
    assert harness("history", "--check")[0] == codes.MOVED
    assert harness("history", "--check", "--case", "test_new")[0] == codes.OK
    assert harness("history")[0] == codes.OK


def test_json_holds_points_and_findings(harness, kept):
    kept.add([make.point(1, 0.0, case="test_open", high=math.inf, low=None)])
    code, out, _ = harness("history", "--json", "-")
    assert code == 0
    value = json.loads(out, parse_constant=pytest.fail)
    (baseline,) = value["baselines"]
    assert (value["schema"], baseline["name"], baseline["commit"]) == (1, "v1", make.V1.commit)
    by_case = {series["case"]: series for series in baseline["series"]}
    assert by_case["test_step[numpy]"]["steps"][0]["index"] == 12
    assert by_case["test_step[numpy]"]["worse"] is True
    assert by_case["test_creep"]["creep"]["ratio"] == pytest.approx(1.005, abs=0.001)
    assert len(by_case["test_creep"]["points"]) == 20
    assert by_case["test_open"]["points"][0]["high"] == "inf"


def test_machines_are_told_apart_where_there_are_several(harness, kept):
    assert "machine" not in harness("history")[1]
    kept.add([make.point(0, case="test_new", hardware="arm64, 8 cores")])
    out = harness("history")[1]
    assert "machine" in out
    assert "arm64" in out


def test_no_history_at_all_exits_5(harness):
    code, _, err = harness("history")
    assert code == codes.NOTHING_MEASURED
    assert "no baseline has a name yet; name one with `harness history --set" in err


def test_a_baseline_is_known_in_every_folder_of_a_repository_without_suites(
    harness, repository, monkeypatch
):
    (harness.folder / "suites").rename(harness.folder / "others")
    (harness.folder / "tests").mkdir()
    monkeypatch.chdir(harness.folder / "tests")
    assert harness("history", "--set", "v1", "HEAD")[0] == 0
    assert not (harness.folder / "tests" / "results").exists()
    monkeypatch.chdir(harness.folder)
    code, _, err = harness("history", "v1")
    assert code == codes.NOTHING_MEASURED
    assert "nothing was measured against v1" in err


def test_an_unknown_baseline_exits_5(harness, kept):
    code, _, err = harness("history", "v2")
    assert code == codes.NOTHING_MEASURED
    assert "no baseline is named 'v2'" in err


def test_a_baseline_without_a_point_exits_5_and_says_what_to_run(harness):
    History(harness.folder / "results" / "history").name(make.V1)
    code, _, err = harness("history", "v1")
    assert code == codes.NOTHING_MEASURED
    assert "nothing was measured against v1; run `harness gate v1` on a commit" in err


def test_a_torn_line_is_told(harness, kept):
    path = kept.folder / "points.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    code, _, err = harness("history")
    assert code == 0
    assert "note: " in err
    assert "cut off" in err


def test_a_history_elsewhere_is_read(harness, kept):
    kept.folder.rename(harness.folder / "elsewhere")
    assert harness("history")[0] == codes.NOTHING_MEASURED
    assert harness("history", "--history", "elsewhere")[0] == 0


def test_a_revision_gets_a_name_and_the_name_moves(harness, repository):
    one, two = repository
    code, out, err = harness("history", "--set", "v1", "HEAD~1")
    assert (code, err) == (0, "")
    assert out.strip() == f"v1 is {one[:7]} (One)"
    code, out, _ = harness("history", "--set", "v1", "main")
    assert out.strip() == f"v1 is {two[:7]} (Two), before it was {one[:7]}"
    baseline = History(harness.folder / "results" / "history").baseline("v1")
    assert (baseline.commit, baseline.tree) == (two, git("rev-parse", "HEAD^{tree}"))


def test_an_unknown_revision_exits_2_and_names_nothing(harness, repository):
    code, _, err = harness("history", "--set", "v1", "mian")
    assert code == codes.USAGE
    assert "unknown revision 'mian'" in err
    assert not (harness.folder / "results").exists()


def test_a_bad_name_exits_2_before_anything_is_asked(harness):
    code, _, err = harness("history", "--set", "a b", "HEAD")
    assert code == codes.USAGE
    assert "must be letters, digits" in err


def test_naming_and_listing_at_once_exits_2(harness):
    code, _, err = harness("history", "v1", "--set", "v1", "HEAD")
    assert code == codes.USAGE
    assert "--set takes a name and a revision, got 'v1' as well" in err


def test_the_order_of_the_repository_counts(harness, repository):
    one, two = repository
    history = History(harness.folder / "results" / "history")
    history.name(make.V1)
    history.add([make.point(1, 0.1, commit=two), make.point(2, 0.2, commit=one)])
    out = harness("history", "--json", "-")[1]
    points = json.loads(out)["baselines"][0]["series"][0]["points"]
    assert [point["commit"] for point in points] == [one, two]


def test_a_sparkline_rises_with_the_ratio_and_keeps_small_noise_small():
    assert sparkline([0.0, 0.05, 0.1]) == "▁▅█"
    assert sparkline([0.0, 0.001, 0.0]) in ("▅▅▅", "▄▅▄")
    assert len(sparkline([0.0] * 100)) == 40


def test_the_latest_ratio_has_its_interval_where_there_is_one():
    point = make.point(0, math.log(1.052), low=1.041, high=1.063)
    assert latest(point) == "+5.2 % (+4.1 % to +6.3 %)"
    assert latest(make.point(0, math.log(1.052), low=None)) == "+5.2 %"
    assert latest(make.point(0, math.log(1.052), high=math.inf)) == "+5.2 %"


def test_the_report_shows_speed_over_commits_where_there_is_a_history(harness, kept):
    harness("run")
    assert harness("report")[0] == 0
    page = harness.folder / "reports" / "index.html"
    assert "Speed over commits" in page.read_text(encoding="utf-8")
    Path("none").mkdir()
    assert harness("report", "--history", "none")[0] == 0
    assert "Speed over commits" not in page.read_text(encoding="utf-8")


def test_the_report_shows_the_selftest_where_there_is_one(harness):
    pair = Pair("sort", 0, "base", make.timed(1.0, mean=1.0), make.timed(1.2, mean=1.2))
    pairs = tuple(replace(pair, index=index) for index in range(10))
    machine = Environment("e", "k", make.HARDWARE, {"commit": "c0ffee1"})
    harness("run")
    store(harness.folder / "results" / "local", Run(0.2, pairs, machine, make.when(0)))
    assert harness("report")[0] == 0
    page = (harness.folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert "How far the gate can be believed" in page
    assert "<td>20 %</td><td>1</td><td>1</td>" in page


def test_the_report_does_without_points_of_a_baseline_that_moved(harness, kept):
    kept.name(replace(make.V1, tree="0" * 40))
    harness("run")
    assert harness("report")[0] == 0
    page = (harness.folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Speed over commits" not in page


@pytest.mark.parametrize("verb", ["history", "report"])
def test_what_is_no_history_is_told_in_a_line(harness, verb):
    harness("run")
    Path("file").write_text("x")
    Path("foreign").mkdir()
    Path("foreign", "points.jsonl").write_text('{"a":1}\n')
    for name, words in {
        "file": "cannot read the history file: file exists; it is a file where a folder must be",
        "foreign": "foreign/points.jsonl:1: must be a point of schema 1, got {'a': 1} instead",
    }.items():
        code, _, err = harness(verb, "--history", name)
        assert code != codes.OK
        assert words in err
        assert err.count("\n") == 1


def test_a_page_with_the_history_that_was_asked_for_or_none(harness):
    harness("run")
    assert harness("report")[0] == codes.OK
    code, _, err = harness("report", "--history", "nowhere")
    assert code == codes.FILE_FAILED
    assert err.startswith("harness: cannot read the history nowhere: no such file or directory")
