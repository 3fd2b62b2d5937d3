"""Every verb from any folder of a project: the same suites, the same records."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

READS = """\
from pathlib import Path

from harness.types import Outcome


def measured(context):
    return Outcome(metrics={"value": float(Path("number.txt").read_text())})
"""
SUITE = """\
experiment = "own:measured"
seeds = 5

[[claims]]
quote = "The number is 3."
expect = { exactly = 3.0 }
"""


@pytest.fixture
def inside(harness, monkeypatch):
    """The project of `harness`, its folder of records moved; we stand in a folder of it."""
    text = '[tool.harness]\nresults = "records"\nreports = "page"\n'
    (harness.folder / "pyproject.toml").write_text(text)
    below = harness.folder / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return harness


def counted(out):
    found = json.loads(out)
    return found["counts"], found["done"]


def test_cells_are_those_of_the_project_wherever_one_stands(inside, monkeypatch):
    code, out, err = inside("run", "--seeds", "1", "-j", "1", "--json", "-")
    assert code == 0, err
    assert counted(out) == ({"ok": 1}, 0)
    assert (inside.folder / "records" / "tiny.jsonl").is_file()
    monkeypatch.chdir(inside.folder)
    code, out, _ = inside("run", "tiny", "--seeds", "1", "-j", "1", "--json", "-")
    assert counted(out) == ({}, 1)
    monkeypatch.chdir(inside.folder / "suites")
    code, out, _ = inside("claims", "--json", "-")
    assert json.loads(out)["verdicts"][0]["source"] == "001 section 1"
    code, out, _ = inside("report")
    assert code == 0
    assert (inside.folder / "page" / "index.html").is_file()
    assert inside("store", "check")[0] == 0


def test_files_are_named_as_seen_from_where_one_stands(inside):
    inside.suite.write_text(inside.suite.read_text().replace("epochs", "epoch"))
    code, _, err = inside("check")
    assert code == 2
    assert "../../suites/tiny.toml:" in err


def test_options_come_before_settings(inside):
    (inside.folder / "suites").rename(inside.folder / "others")
    code, _, err = inside("check", "--suites", "../../others")
    assert code == 0, err
    code, _, err = inside("claims", "--suites", "../../others", "--results", "nowhere")
    assert code == 5
    assert "no record under nowhere" in err


@pytest.mark.parametrize(
    ("verb", "option"),
    [("run", "--results"), ("run", "--suites"), ("run", "--data"), ("report", "--out")],
)
def test_a_folder_of_a_variable_that_is_not_set_is_no_folder(inside, verb, option):
    before = sorted(inside.folder.rglob("*"))
    code, _, err = inside(verb, option, "")
    assert code == 2
    assert "must be a folder, got an empty text; leave it out, or give ." in " ".join(err.split())
    assert sorted(inside.folder.rglob("*")) == before


def test_several_folders_are_one_project(inside):
    more = inside.folder / "more" / "notes"
    more.mkdir(parents=True)
    (more / "document.toml").write_text('schema = 1\nkey = "more"\nnumber = "2"\ntitle = "More"\n')
    text = inside.suite.read_text().replace('"tiny"', '"second"').replace("source = ", "# ")
    (more / "second.toml").write_text(text)
    (inside.folder / "pyproject.toml").write_text('[tool.harness]\nsuites = ["suites", "more"]\n')
    code, out, err = inside("check", "--json", "-")
    assert code == 0, err
    assert json.loads(out)["suites"] == 2
    (more / "document.toml").write_text(
        'schema = 1\nkey = "more"\nnumber = "2"\ntitle = "More"\nheadline = ["thirdd"]\n'
    )
    code, _, err = inside("check")
    assert code == 2
    assert "more/notes/document.toml:5: headline[0]: unknown suite 'thirdd'" in err


def test_an_experiment_runs_at_the_top_of_its_project(inside):
    (inside.folder / "own.py").write_text(READS)
    (inside.folder / "number.txt").write_text("3")
    (inside.folder / "README.md").write_text("# Mine\n\nThe number is 3.\n")
    (inside.folder / "suites" / "own.toml").write_text(SUITE)
    script = Path(sys.executable).parent / "harness"

    def call(*arguments):
        return subprocess.run(
            [script, *arguments],
            cwd=inside.folder / "src" / "deep",
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = call("run", "own", "-j", "1", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert counted(done.stdout) == ({"ok": 5}, 0)
    (verdict,) = json.loads(call("claims", "own", "--json", "-").stdout)["verdicts"]
    assert (verdict["claim"], verdict["verdict"]) == ("value", "reproduced")
    assert verdict["source"] == "README.md"
