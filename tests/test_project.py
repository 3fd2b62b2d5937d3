"""Where a project lies, and what it says of itself."""

import os
from pathlib import Path

import pytest

from harness import project
from harness.errors import SuiteError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder of a repository; write a file of it, then stand in one of its folders."""
    (tmp_path / ".git").mkdir()

    def write(name, text=""):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def stand(name):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        return project.find()

    write.stand = stand
    write.root = tmp_path
    return write


def test_suites_are_found_upwards(tree):
    tree("suites/x.toml")
    for place, up in ((".", ""), ("a/b", "../.."), ("suites", "..")):
        found = tree.stand(place)
        assert found.suites == [Path(up, "suites")]
        assert found.results == Path(up, "results/local")
        assert found.history == Path(up, "results/history")
        assert found.reports == Path(up, "reports")


def test_the_nearest_counts(tree):
    tree("suites/x.toml")
    tree("part/suites/notes/x.toml")
    assert tree.stand("part/src").root == Path("..")
    tree("part/src/pyproject.toml", '[tool.harness]\nsuites = ["here", "/there"]\n')
    assert tree.stand("part/src").suites == [Path("here"), Path("/there")]


def test_settings_say_where_things_lie(tree):
    text = '[tool.harness]\nsuites = ["claims"]\nresults = "out/records"\nreports = "out/page"\n'
    tree("pyproject.toml", text)
    found = tree.stand("deep/er")
    assert found.suites == [Path("../../claims")]
    assert found.results == Path("../../out/records")
    assert found.history == Path("../../out/history")
    assert found.reports == Path("../../out/page")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.harness]\nsuits = []\n", "pyproject.toml:2: tool.harness.suits: unknown key"),
        ("[tool.harness]\nsuites = 'a'\n", ":2: tool.harness.suites: must be a list, got 'a'"),
        ("[tool.harness]\nsuites = []\n", ":2: tool.harness.suites: must have at least 1 item"),
        ("[tool.harness]\nsuites = ['a', 1]\n", ":2: tool.harness.suites[1]: must be a string"),
        ("[tool.harness]\n\nresults = 1\n", ":3: tool.harness.results: must be a string, got 1"),
        ("[tool.harness]\nreports = ''\n", ":2: tool.harness.reports: must not be empty"),
        ('[tool.harness]\nreports = "a\\u0000b"\n', "tool.harness.reports: must be a path"),
        ("[tool.harness]\nreports = 2020-01-01\n", ":2: tool.harness.reports: must be text"),
        ("[tool]\nharness = 3\n", "pyproject.toml:2: tool.harness: must be a table, got 3"),
        ("[tool.harness]\nreports = \n", "pyproject.toml:2: must be TOML"),
    ],
)
def test_settings_that_are_not_valid_are_named_by_line(tree, text, words):
    tree("pyproject.toml", text)
    for place, up in ((".", ""), ("sub", "../")):
        with pytest.raises(SuiteError) as caught:
            tree.stand(place)
        assert words in str(caught.value)
        assert str(caught.value).startswith(f"{up}pyproject.toml:")


def test_the_gate_has_a_table_of_its_own(tree):
    tree("pyproject.toml", '[tool.harness.gate]\nbudget = "1m"\nanything = 1\n')
    assert tree.stand("sub").root == Path("..")


def test_a_folder_that_is_gone_is_no_project(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert project.find().suites == [Path("suites")]
    os.chdir(tmp_path)


def test_a_readme_is_that_of_the_project(tree):
    tree("suites/notes/x.toml")
    tree("suites/README.md")
    tree.stand("sub")
    assert project.readme_of(Path("../suites")) is None
    tree("README.md")
    assert project.readme_of(Path("../suites")) == Path("../README.md")
    assert project.readme_of(tree.root / "suites" / "notes") == Path("../README.md")
