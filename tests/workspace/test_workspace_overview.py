"""What suites hold is kept until anything that was looked at has changed, and never longer."""

import os
import shutil
from pathlib import Path

import pytest

import harness.workspace.suites  # noqa: F401 - what it imports sets variables of the environment
from harness import kept
from harness.errors import SuiteError, UsageError
from harness.workspace import overview as overviews
from harness.workspace.overview import overview

SUITE = """
experiment = "bench/pi.py:estimate"
[[claims]]
quote = "Pi is 3."
expect = { value = 3.14, tolerance = 0.2 }
"""
NUMBERS = """
[records]
file = "runs.csv"
[[claims]]
metric = "accuracy"
quote = "It reaches 97 %."
expect = { at_least = 0.9 }
"""
CODE = "from tools import VALUE\n\n\ndef estimate(seed: int) -> float:\n    return VALUE\n"
SOURCES = """
schema = 1
[[sources]]
key = "paper"
number = "1"
title = "A paper"
"""
README = "# Mine\n\nPi is 3. It reaches 97 %.\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two suites, one of numbers in a file; all of it written long ago."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_SETTLED", 0)
    root = tmp_path / "project"
    files = {
        "suites/pi.toml": SUITE,
        "suites/numbers.toml": NUMBERS,
        "suites/runs.csv": "accuracy\n0.97\n0.98\n",
        "bench/pi.py": CODE,
        "bench/tools.py": "VALUE = 3.14\n",
        "suites/notes/draft.toml": SUITE,
        "README.md": README,
    }
    for name, text in files.items():
        write(root / name, text)
    monkeypatch.chdir(root)
    return root


def ask(*names):
    """Return what a check tells, problems as text."""
    try:
        return overview(names, [Path("suites")], whole=True)
    except (SuiteError, UsageError) as error:
        return str(error)


@pytest.fixture
def made(monkeypatch):
    """The overviews that were not found in the cache."""
    done = []
    make = overviews._made
    monkeypatch.setattr(overviews, "_made", lambda *given: done.append(given) or make(*given))
    return done


def test_suites_are_opened_once_and_tell_the_same(project, made):
    first = ask()
    assert [one.id for one in first.suites] == ["numbers", "pi"]
    assert [len(one.claims) for one in first.suites] == [1, 1]
    assert ask() == first
    assert len(made) == 1


def test_each_question_has_its_own_answer(project, made):
    assert [one.id for one in ask("pi").suites] == ["pi"]
    assert [one.id for one in ask().suites] == ["numbers", "pi"]
    assert overview([], [Path("suites")]).notes == ()
    assert len(made) == 3


def edited(name, old, new):
    def change(root):
        path = root / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return change


CHANGES = {
    "a suite": edited("suites/pi.toml", "3.14", "3.15"),
    "a suite that is broken": edited("suites/pi.toml", "expect", "expct"),
    "the document": edited("README.md", "Pi is 3.", "Pi is four."),
    "no document": lambda root: (root / "README.md").unlink(),
    "the experiment": edited("bench/pi.py", "seed: int", "seeds: int, *, must: int"),
    "what it imports": edited("bench/tools.py", "VALUE", "OTHER"),
    "no experiment": lambda root: (root / "bench" / "pi.py").unlink(),
    "an experiment nearer": lambda root: write(
        root / "suites" / "bench" / "pi.py", "def estimate():\n    yield 1\n"
    ),
    "the numbers": edited("suites/runs.csv", "0.98", "text"),
    "no numbers": lambda root: (root / "suites" / "runs.csv").unlink(),
    "another suite": lambda root: write(root / "suites" / "more.toml", SUITE),
    "a suite less": lambda root: (root / "suites" / "pi.toml").unlink(),
    "a folder of a document": lambda root: write(
        root / "suites" / "paper" / "document.toml", 'schema = 1\nkey = "paper"\n'
    ),
    "a folder becomes that of a document": lambda root: write(
        root / "suites" / "notes" / "document.toml", 'schema = 1\nkey = "notes"\n'
    ),
    "a suite in a new folder": lambda root: write(root / "suites" / "deep" / "a.toml", SUITE),
    "settings": lambda root: write(root / "pyproject.toml", "[tool.harness]\nsuites = 3\n"),
    "an older file in its place": lambda root: (
        write(root / "old.toml", SUITE.replace("3.14", "3")),
        os.utime(root / "old.toml", (10**9, 10**9)),
        (root / "old.toml").replace(root / "suites" / "pi.toml"),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_any_change_it_tells_what_it_would_without_a_cache(project, made, change):
    before = ask()
    assert ask() == before
    change(project)
    told = ask()
    assert len(made) == 2
    shutil.rmtree(project.parent / "cache")
    assert told == ask()


def test_a_link_that_leads_elsewhere_is_a_change(project, made):
    other = project / "elsewhere.toml"
    write(other, SUITE.replace("3.14", "3.2"))
    link = project / "suites" / "linked.toml"
    link.symlink_to(project / "suites" / "pi.toml")
    ask()
    link.unlink()
    link.symlink_to(other)
    ask()
    assert len(made) == 2


def test_what_lies_elsewhere_changes_nothing(project, made):
    write(project / "results" / "local" / "lock", "")
    first = ask()
    write(project / "results" / "local" / "pi.jsonl", "")
    write(project / "bench" / "notes.txt", "of mine")
    assert ask() == first
    assert len(made) == 1


def test_another_environment_is_asked_again(project, made, monkeypatch):
    ask()
    monkeypatch.setenv("SOMETHING", "else")
    ask()
    assert len(made) == 2


def test_suites_edited_just_now_are_not_kept(project, made, monkeypatch):
    monkeypatch.setattr(kept, "_SETTLED", 60 * 10**9)
    ask()
    ask()
    assert len(made) == 2


@pytest.mark.parametrize(
    "meanwhile",
    [CHANGES["another suite"], CHANGES["a suite that is broken"], CHANGES["no document"]],
    ids=["come", "edited", "gone"],
)
def test_what_changes_while_suites_are_opened_is_not_kept(project, made, monkeypatch, meanwhile):
    make = overviews._made

    def slow(*given):
        found = make(*given)
        meanwhile(project)
        monkeypatch.setattr(overviews, "_made", make)
        return found

    monkeypatch.setattr(overviews, "_made", slow)
    ask()
    ask()
    assert len(made) == 2


def test_an_outline_that_comes_to_be_is_read(project, made):
    write(project / "suites" / "sources.toml", SOURCES)
    ask()
    write(project / "suites" / "sections" / "paper.toml", "broken = \n")
    assert "paper.toml" in ask()


def test_the_project_of_a_suite_elsewhere_counts_too(project, made):
    other = project.parent / "other" / "one.toml"
    write(other, SUITE.replace("bench/pi.py", "pi.py"))
    write(other.parent / "pi.py", "def estimate(seed: int) -> float:\n    return 3.1\n")
    assert [one.id for one in ask(str(other)).suites] == ["one"]
    ask(str(other))
    assert len(made) == 1
    write(other.parent / "setup.cfg", "")
    ask(str(other))
    assert len(made) == 2


def test_what_is_wrong_is_told_each_time(project, made):
    CHANGES["a suite that is broken"](project)
    assert ask() == ask()
    assert "expct" in ask()
    assert len(made) == 3


def test_a_module_that_was_asked_before_in_this_process_counts_as_well(project, made, monkeypatch):
    overview(["pi"], [Path("suites")])  # its module is in memory from now on
    ask()
    edited("bench/tools.py", "VALUE", "OTHER")(project)
    assert "VALUE" in ask()
