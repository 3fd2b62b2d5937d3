"""Which files of a project an experiment is made of."""

import os
import time

import pytest

from harness.code.project import Project
from harness.code.sources import changed, collect, differing, sentence

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
