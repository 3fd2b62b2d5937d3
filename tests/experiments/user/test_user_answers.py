"""What a module answered is kept for the next command, until anything about it changes."""

import sys
from pathlib import Path

import pytest

from harness import kept
from harness.errors import UsageError
from harness.experiments.user import facts, modules
from harness.experiments.user.modules import known

CODE = """
import json
from tools import SCALE
METRICS = json.load(open('metrics.json'))


def f(x: int) -> float:
    return x * SCALE
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose module reads a file when it is imported; all of it written long ago."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    write(root, "pyproject.toml", "[tool.harness]\n")
    write(root, "mine.py", CODE)
    write(root, "tools.py", "SCALE = 2\n")
    write(root, "metrics.json", "{}")
    monkeypatch.setattr(kept, "_SETTLED", 0)
    return root


def write(root, name, text):
    (root / name).write_text(text, encoding="utf-8")


@pytest.fixture
def asked(monkeypatch):
    """The modules that were imported to be asked."""
    done = []
    ask = facts.ask
    monkeypatch.setattr(modules, "ask", lambda place: done.append(place.module) or ask(place))
    return done


def command(root, name="mine.py:f"):
    """Ask as a new command does, which remembers nothing."""
    modules._MODULES.clear()
    return known(name, str(root))


def test_a_module_is_asked_once_and_answers_the_same(project, asked):
    first = command(project)
    assert asked == ["mine"]
    assert command(project) == first
    assert asked == ["mine"]
    assert {path.name for path in first.sources.files} == {"mine.py", "tools.py"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.py", CODE.replace("x: int", "y: int")),
        ("tools.py", "SCALE = 333\n"),
        ("metrics.json", '{"a": 1}'),
        ("json.py", "def load(file):\n    return {}\n"),
    ],
    ids=["the module", "what it imports", "what it reads", "what it would import instead"],
)
def test_it_is_asked_again_when_something_changes(project, asked, name, text):
    first = command(project)
    write(project, name, text)
    again = command(project)
    assert asked == ["mine", "mine"]
    changed = {"mine.py", "tools.py", "json.py"} & {name}
    assert (again.sources.code != first.sources.code) == bool(changed)


def test_files_that_nothing_imports_or_reads_change_nothing(project, asked):
    command(project)
    write(project, "notes.txt", "of mine")
    write(project, ".mine.py.swp", "")
    command(project)
    assert len(asked) == 1


def test_a_folder_that_the_module_lists_is_looked_at(project, asked):
    write(project, "mine.py", CODE + "import os\nNAMES = os.listdir('.')\n")
    command(project)
    write(project, "notes.txt", "of mine")
    command(project)
    assert len(asked) == 2


@pytest.mark.parametrize(
    "question",
    [
        "import os\nHERE = os.path.exists('flag')\n",
        "from pathlib import Path\nHERE = Path(__file__).parent.joinpath('flag').is_dir()\n",
        "import os\nHERE = os.access('flag', os.R_OK)\n",
        "import os.path\nHERE = os.path.lexists('flag')\n",
    ],
    ids=["exists", "pathlib", "access", "lexists"],
)
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch], ids=["a folder", "a file"])
def test_what_the_module_only_asks_about_is_looked_at(project, asked, question, make):
    write(project, "mine.py", CODE + question)
    flag = project / "flag"
    counts = []
    for change in (str, str, make, str, Path.rmdir if make is Path.mkdir else Path.unlink, str):
        change(flag)
        command(project)
        counts.append(len(asked))
    assert counts == [1, 1, 2, 2, 3, 3]


def test_what_is_in_a_folder_that_the_module_only_asks_about_changes_nothing(project, asked):
    write(project, "mine.py", CODE + "import os\nHERE = os.path.realpath('out/x')\n")
    (project / "out").mkdir()
    command(project)
    write(project, "out/notes.txt", "of mine")
    command(project)
    assert len(asked) == 1


def test_it_is_asked_again_in_another_environment(project, asked, monkeypatch):
    command(project)
    monkeypatch.setenv("SOMETHING", "else")
    command(project)
    monkeypatch.setattr(sys, "path", [*sys.path, str(project / "lib")])
    command(project)
    assert len(asked) == 3


def test_a_file_edited_just_now_keeps_nothing(project, asked, monkeypatch):
    monkeypatch.setattr(kept, "_SETTLED", 60 * 10**9)
    command(project)
    command(project)
    assert len(asked) == 2


def test_what_cannot_be_imported_is_tried_each_time(project, asked):
    write(project, "tools.py", "raise OSError('not now')\n")
    for _ in range(2):
        with pytest.raises(UsageError, match="not now"):
            command(project)
    assert len(asked) == 2
    write(project, "tools.py", "SCALE = 2\n")
    assert command(project).declared.callable
