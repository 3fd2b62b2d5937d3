"""Where a function is looked for, from wherever the command is called."""

import pytest

from harness.errors import UsageError
from harness.experiments.user.finding import find


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    files = ("suites/beside.py", "bench/forest.py", "src/mine/forest.py", "lib/pkg/__init__.py")
    files += ("suites/facts/shapes.py", "suites/week/inside.py")
    files += ("lib/pkg/deep.py", "bench/two-words.py", "sub/here.py", "sub/bench/forest.py")
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (root / "pyproject.toml").write_text("")
    monkeypatch.chdir(root / "sub")
    return root


@pytest.mark.parametrize(
    ("name", "file", "module", "first"),
    [
        ("beside.py:f", "suites/beside.py", "beside", "suites"),
        ("../bench/forest.py:f", "bench/forest.py", "forest", "bench"),
        ("bench/forest.py:f", "bench/forest.py", "forest", "bench"),
        ("bench/two-words.py:f", "bench/two-words.py", "two-words", "bench"),
        ("here.py:f", "sub/here.py", "here", "sub"),
        ("lib/pkg/deep.py:f", "lib/pkg/deep.py", "pkg.deep", "lib"),
        ("mine.forest:f", "src/mine/forest.py", "mine.forest", "src"),
        ("mine.forest.f", "src/mine/forest.py", "mine.forest", "src"),
        ("bench.forest:f", "sub/bench/forest.py", "bench.forest", "sub"),
        ("suites.beside:f", "suites/beside.py", "suites.beside", "."),
        ("beside:f", "suites/beside.py", "beside", "suites"),
    ],
)
def test_a_function_is_found(project, name, file, module, first):
    place = find(name, str(project / "suites"))
    assert (place.file, place.module, place.attribute) == (str(project / file), module, "f")
    assert place.path == tuple(
        dict.fromkeys(str(project / folder) for folder in (first, ".", "src"))
    )
    assert place.folder == str(project)
    assert place.alone == (name.partition(":")[0].endswith(".py") and "." not in module)


def test_modules_on_pythons_path_are_found(project, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    place = find("other:f", str(project / "suites"))
    assert place.file == str(tmp_path / "elsewhere" / "other.py")
    assert place.path[0] == str(tmp_path / "elsewhere")
    assert place.folder == ""
    assert find("json.tool:main", str(project / "suites")).module == "json.tool"
    assert find("sys:exit", str(project / "suites")).file == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bench/forst.py:f", "there is no file 'bench/forst.py' in "),
        ("bench/forst.py:f", "Did you mean 'forest.py'?"),
        ("bench/forest.py", "must name a function, as 'bench/forest.py:function'"),
        ("bench/forest.py:", "must read 'package.module:function' or 'folder/file.py:function'"),
        ("bench/forest:f", "must read"),
        ("bench/forest.R:f", "must read"),
        ("./run.sh", "a program is named by command = [...]"),
    ],
)
def test_what_is_not_there_says_what_to_do(project, name, words):
    with pytest.raises(UsageError) as caught:
        find(name, str(project / "suites"))
    assert words in str(caught.value)


def test_a_file_is_looked_for_from_every_folder_up_to_the_root(project):
    home = str(project / "suites" / "week")
    assert find("inside.py:f", home).file == str(project / "suites/week/inside.py")
    assert find("facts/shapes.py:f", home).file == str(project / "suites/facts/shapes.py")
    assert find("bench/forest.py:f", home).file == str(project / "bench/forest.py")
    with pytest.raises(UsageError, match=r"Did you mean 'shapes\.py'"):
        find("facts/shape.py:f", home)
