"""Which files of a project an experiment is made of, and what a digest of source covers."""

import os
import time

import pytest

from harness.code.project import Project
from harness.code.sources import changed, collect, differing, of_file, sentence, without_comments

FILES = {
    "pyproject.toml": "",
    "bench/forest.py": "import numpy\nimport helpers\nfrom tools.deep import far\nimport random\n",
    "bench/helpers.py": "def inside():\n    from tools import sub\n",
    "bench/unused.py": "",
    "tools/__init__.py": "",
    "tools/deep/__init__.py": "from . import near\nfrom ..sub import x\n",
    "tools/deep/far.py": "from .near import y\n",
    "tools/deep/near.py": "import mine.code\n",
    "tools/sub.py": "def (:",
    "src/mine/code.py": "import bench.unused as u\n",
    ".venv/lib/python3.12/site-packages/numpy/__init__.py": "",
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "suites").mkdir()
    return Project.of(str(tmp_path / "suites"))


def collected(project, beside=()):
    entry = project.root / "bench" / "forest.py"
    return collect([entry], project, (entry.parent, *project.importable), beside)


def test_the_root_is_the_nearest_folder_with_a_mark(project, tmp_path):
    assert project.root == tmp_path
    (project.folder / ".git").write_text("gitdir: elsewhere")
    assert Project.of(str(project.folder)).root == project.folder
    alone = tmp_path.parent / f"{tmp_path.name}-alone"
    alone.mkdir()
    assert Project.of(str(alone)).root == alone


def test_all_that_is_imported_of_the_project_counts(project):
    assert set(collected(project).code) == {
        "bench/forest.py",
        "bench/helpers.py",
        "bench/unused.py",
        "tools/__init__.py",
        "tools/deep/__init__.py",
        "tools/deep/far.py",
        "tools/deep/near.py",
        "tools/sub.py",
        "src/mine/code.py",
    }


@pytest.mark.parametrize(
    "text",
    [
        "import tools\nx = tools.sub.f(1).tools.deep",
        "import tools as t, numpy as np\nnp.tools.deep(t.sub.x)",
        "from lib import tools\nx = tools.sub",
    ],
)
def test_modules_reached_as_attributes_count(project, text):
    """Packages may import them only when they are asked for."""
    if "lib" in text:
        (project.root / "lib" / "tools").mkdir(parents=True)
        (project.root / "lib" / "tools" / "sub.py").write_text("")
    (project.root / "bench/forest.py").write_text(text)
    where = "lib/tools" if "lib" in text else "tools"
    init = set() if "lib" in text else {"tools/__init__.py"}
    assert set(collected(project).code) == {"bench/forest.py", f"{where}/sub.py", *init}


def test_modules_loaded_by_other_ways_count_when_they_are_the_projects(project):
    (project.root / "plugin.py").write_text("")
    beside = [project.root / "plugin.py", *project.root.glob(".venv/**/*.py"), os.__file__]
    found = collected(project, map(type(project.root), beside)).code
    assert found.keys() - collected(project).code.keys() == {"plugin.py"}


def test_the_address_does_not_depend_on_the_root(project):
    first = collected(project)
    (project.root / "pyproject.toml").unlink()
    above = project.root.parent
    second = collect(
        [project.root / "bench/forest.py"],
        Project(project.folder, above),
        (project.root / "bench", project.root, project.root / "src"),
    )
    assert first.address == second.address
    assert f"{project.root.name}/bench/forest.py" in second.code


def test_an_edit_is_named(project):
    home, code = str(project.folder), collected(project).code
    assert changed(code, home) == ()
    (project.root / "tools/deep/far.py").write_text(FILES["tools/deep/far.py"] + "# a comment\n")
    assert changed(code, home) == ()
    (project.root / "tools/deep/near.py").write_text("x = 1")
    (project.root / "bench/unused.py").unlink()
    assert changed(code, home) == ("tools/deep/near.py",)
    later = time.time_ns() + 10**12
    assert changed(code, home, since=later) == (), "it was so when the digests were taken"
    now = collected(project).code
    assert differing(now, code) == ("bench/unused.py", "src/mine/code.py", "tools/deep/near.py")
    assert sentence("abcde") == "a, b, c and 2 more changed"


def test_of_an_installed_package_its_own_files_count(project):
    installed = project.root / ".venv/lib/python3.12/site-packages"
    files = {"numpy/core.py": "import numpy.more, other", "numpy/more.py": "", "other.py": ""}
    for name, text in files.items():
        (installed / name).write_text(text)
    found = collect([installed / "numpy" / "core.py"], project, (installed,))
    assert set(found.code) == {"numpy/__init__.py", "numpy/core.py", "numpy/more.py"}
    assert set(collect([installed / "other.py"], project, ()).code) == {"other.py"}


def test_relative_imports_do_not_leave_the_project(project, tmp_path):
    (project.root / "bench/forest.py").write_text("from .... import x\nfrom ....secret import y\n")
    assert set(collected(project).code) == {"bench/forest.py"}


TEXT = '''\
"""What it does."""  # first

import os


def f(x):  # why
    """Several

    lines # no comment
    """
    # a comment of its own
    y = f"""{x}SPACES

    # text"""SPACES
    return (  # inside
        x + 1SPACES
    )
'''.replace("SPACES", "   ")


def test_only_what_python_reads_is_kept():
    assert (
        without_comments(TEXT)
        == '''\
"""What it does."""
import os
def f(x):
    """Several

    lines # no comment
    """
    y = f"""{x}SPACES

    # text"""
    return (
        x + 1
    )'''.replace("SPACES", "   ")
    )


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("# why", "# for another reason"),
        TEXT.replace("import os\n\n\n", "import os\n"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("x + 1   ", "x + 1"),
        "\ufeff" + TEXT,
        TEXT + "\n\n# the end",
    ],
)
def test_comments_blank_lines_and_line_endings_change_nothing(tmp_path, same):
    digests = []
    for text in (TEXT, same):
        path = tmp_path / "f.py"
        path.write_bytes(text.encode())
        digests.append(of_file(path))
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("x + 1", "x + 2"),
        TEXT.replace("lines # no comment", "lines # a comment"),
        TEXT.replace("{x}   \n\n", "{x}   \n"),
        TEXT.replace("# text", "# other text"),
        TEXT.replace("    return", "        return"),
    ],
)
def test_whatever_may_change_results_changes_the_digest(tmp_path, other):
    assert other != TEXT
    assert without_comments(TEXT) != without_comments(other)


def test_the_digest_is_the_same_on_every_python(tmp_path):
    path = tmp_path / "f.py"
    path.write_text(TEXT)
    assert of_file(path) == "ceb24f880447"


@pytest.mark.parametrize("text", ["def (:  # x", "'''open", "x = (", "\t x\n  y\n z # c"])
def test_what_is_no_python_is_taken_as_it_is(text):
    assert without_comments(text) == text


def test_other_files_count_byte_by_byte_but_for_line_endings(tmp_path):
    path = tmp_path / "fit.R"
    found = []
    for data in (b"x # 1\n", b"x # 1\r\n", b"x # 2\n", b"\0\r\n", b"\0\n"):
        path.write_bytes(data)
        found.append(of_file(path))
    assert found[0] == found[1]
    assert len(set(found)) == 4
