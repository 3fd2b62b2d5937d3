import pytest
from gate_projects import compiled, pure

from harness.gate.sides.project import editable, included, installable, modules, name, pure_root


@pytest.fixture
def tree(tmp_path):
    def write(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (pure("p"), "p"),
        ({"setup.py": "", "setup.cfg": "[metadata]\nname = q\n"}, "q"),
        ({"pyproject.toml": '[tool.poetry]\nname = "r"\n'}, "r"),
        ({"setup.py": "from setuptools import setup; setup(name='s')"}, ""),
    ],
)
def test_what_can_be_installed_and_its_name(tree, files, expected):
    folder = tree(files)
    assert installable(folder)
    assert name(folder) == expected


@pytest.mark.parametrize(
    "files",
    [{}, {"pyproject.toml": "[tool.ruff]\nline-length = 9\n"}, {"setup.cfg": "[flake8]\nx = 1\n"}],
)
def test_settings_of_tools_make_no_project(tree, files):
    folder = tree(files)
    assert not installable(folder)
    assert name(folder) == ""


@pytest.mark.parametrize(
    ("files", "root"),
    [
        (pure("p"), "."),
        (pure("p", layout="src/"), "src"),
        (pure("p") | {"tests/__init__.py": "", "src/notes.txt": ""}, "."),
        (pure("p", layout="src/") | {"tests/__init__.py": ""}, "src"),
        ({"pyproject.toml": '[project]\nname = "My.mod"\n', "my_mod.py": ""}, "."),
        ({"setup.py": "setup(name='p')", "p/__init__.py": ""}, "."),
        (
            pure("p", layout="src/")
            | {"setup.cfg": "[options]\npackage_dir =\n  =src\npackages = find:\n"},
            "src",
        ),
    ],
)
def test_code_that_is_only_copied_is_used_where_it_lies(tree, files, root):
    folder = tree(files)
    assert pure_root(folder) == (folder if root == "." else folder / root)


def with_settings(text, **files):
    start = pure("p")
    return start | {"pyproject.toml": start["pyproject.toml"] + text} | files


def requiring(*names):
    start = pure("p")
    text = start["pyproject.toml"].replace('["setuptools>=61"]', repr(list(names)))
    return start | {"pyproject.toml": text}


@pytest.mark.parametrize(
    "files",
    [
        pure("p") | {"p/fast.pyx": ""},
        pure("p") | {"rust/lib.rs": ""},
        requiring("setuptools", "setuptools_scm[toml]>=8"),
        requiring("setuptools", "cython"),
        requiring("maturin"),
        with_settings('[tool.setuptools.package-dir]\np = "lib"\n'),
        with_settings('[tool.setuptools.packages.find]\nwhere = ["lib"]\n'),
        with_settings('[tool.hatch.build.hooks.vcs]\nversion-file = "p/_version.py"\n'),
        pure("p") | {"setup.py": "setup(ext_modules=[])"},
        pure("p") | {"setup.cfg": "[options]\npackage_dir =\n  = lib\n"},
        compiled("p", 1),
        {"pyproject.toml": pure("p")["pyproject.toml"], "tests/__init__.py": ""},
        {"pyproject.toml": pure("p")["pyproject.toml"], "lib/p/__init__.py": ""},
    ],
)
def test_code_that_a_build_may_make_or_move_has_to_be_installed(tree, files):
    assert pure_root(tree(files)) is None


def test_settings_that_say_what_the_layout_shows_do_no_harm(tree):
    text = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
    assert pure_root(tree(with_settings(text, **{"src/p/__init__.py": ""}))).name == "src"


def test_top_level_modules_are_packages_and_files(tree):
    folder = tree({"p/__init__.py": "", "m.py": "", "no-module.py": "", "data/x.csv": ""})
    assert modules(folder) == ("m", "p")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"r.txt": "a\n -e .[test]\n"}, True),
        ({"r.txt": "--editable=."}, True),
        ({"r.txt": "--extra-index-url x\nentry\n# -e ."}, False),
        *(
            ({"r.txt": f"a\n{line}  # all\n", "base.txt": "-e ."}, True)
            for line in ("-r base.txt", "-rbase.txt", "--requirement=base.txt", "-r 'base.txt'")
        ),
        ({"r.txt": "-r sub/a.txt", "sub/a.txt": "-r ../b.txt", "b.txt": "-e ."}, True),
        ({"r.txt": "-r a.txt", "a.txt": "-r r.txt\nx"}, False),  # one includes the other
        ({"r.txt": "-r nowhere.txt\n-r https://example.org/r.txt"}, False),
    ],
)
def test_a_file_of_requirements_is_editable_with_those_that_it_includes(tree, files, expected):
    assert editable(tree(files) / "r.txt") is expected


def test_files_that_a_file_of_requirements_includes_are_named(tree):
    files = {
        "r.txt": "-r a/b.txt\na",
        "a/b.txt": "-c ../c.in\n-r ../../d.txt",
        "c.in": "",
        "x": "-r c.in",
    }
    folder = tree({f"t/{name}": text for name, text in files.items()} | {"d.txt": "e"}) / "t"
    assert included(folder, "r.txt") == ("../d.txt", "a/b.txt", "c.in", "r.txt")
    assert included(folder, "x") == ("x",)
