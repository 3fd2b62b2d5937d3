"""Projects as they are: what is installed where nobody says it."""

import pytest
from gate_repositories import Repository

from harness.gate.sides.choice import BARE, choices, extras

PYPROJECT = '[project]\nname = "p"\nversion = "1"\n'
EXTRAS = f'{PYPROJECT}[project.optional-dependencies]\nTest = ["a"]\ndocs = ["b"]\nbench = ["c"]\n'
GROUPS = '[dependency-groups]\nbenchmark = ["d", {include-group = "lint"}]\nlint = ["e"]\n'
SETUP_PY = 'from setuptools import setup\nsetup(name="p", extras_require={"dev": ["a"], "x": []})\n'
TOX = "[testenv]\ndeps =\n    a\n    cover: b\n"
POETRY = """
[tool.poetry]
name = "p"
[tool.poetry.dev-dependencies]
b = "*"
[tool.poetry.group.benchmarks.dependencies]
a = "^1"
[tool.poetry.group.docs.dependencies]
c = "*"
"""
SETUP_CFG = "[metadata]\nname = p\n[options.extras_require]\ntesting = a\ndocs = b\n"


@pytest.fixture
def tree(tmp_path):
    def write(files):
        for name, text in files.items():
            Repository(tmp_path).put(name, text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("files", "install", "text"),
    [
        ({"pyproject.toml": PYPROJECT}, (".",), f"the project ({BARE})"),
        ({"pyproject.toml": EXTRAS}, (".[bench,Test]",), "the project, extras bench, Test"),
        (
            {"pyproject.toml": EXTRAS + GROUPS},
            (".[bench,Test]", "d", "e"),
            "the project, extras bench, Test, dependency group benchmark",
        ),
        ({"pyproject.toml": GROUPS, "m.py": ""}, ("d", "e"), "dependency group benchmark"),
        ({"setup.py": SETUP_PY}, (".[dev]",), "the project, extra dev"),
        ({"setup.py": "", "setup.cfg": SETUP_CFG}, (".[testing]",), "the project, extra testing"),
        (
            {"pyproject.toml": PYPROJECT, "src/p/__init__.py": "", "requirements-dev.txt": "a"},
            (".", "-r", "requirements-dev.txt"),
            "the project, requirements-dev.txt",
        ),
        (
            {"requirements.txt": "a", "test-requirements.txt": "b", "requirements/dev.txt": "c"},
            ("-r", "requirements.txt", "-r", "test-requirements.txt", "-r", "requirements/dev.txt"),
            "requirements.txt, test-requirements.txt, requirements/dev.txt",
        ),
        # a file that would install the project in place makes the sides share one
        (
            {"pyproject.toml": PYPROJECT, "requirements-dev.txt": "-r x.txt\n -e .[test]\n"},
            (".",),
            f"the project ({BARE})",
        ),
        # extras say it; files beside them are for something else
        (
            {"pyproject.toml": EXTRAS, "requirements-dev.txt": "a"},
            (".[bench,Test]",),
            "the project, extras bench, Test",
        ),
        ({"m.py": ""}, (), f"nothing ({BARE})"),
        (
            {"pyproject.toml": PYPROJECT, "tests/requirements.txt": "a", "tox.ini": TOX},
            (".", "-r", "tests/requirements.txt"),
            "the project, tests/requirements.txt",
        ),
        ({"pyproject.toml": PYPROJECT, "tox.ini": TOX}, (".", "a"), "the project, tox.ini"),
        (
            {"pyproject.toml": POETRY},
            (".", "a>=1,<2", "b"),
            "the project, dependency groups benchmarks, dev",
        ),
    ],
)
def test_the_usual_names_are_taken_and_said(tree, files, install, text):
    found = choices(tree(files))[0]
    assert (found.install, found.text) == (install, text)


def test_what_fails_is_given_up_for_less(tree):
    files = {"pyproject.toml": EXTRAS + 'dev = ["z"]\n'}
    assert [one.install for one in choices(tree(files))] == [
        (".[bench,Test,dev]",), (".[bench,Test]",), (".",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('{ include-group = "nosuch" }', "unknown group 'nosuch'"),
        ('{ include-group = "dev" }', "no group may include itself, got dev > dev"),
        ('"-e ."', "got '-e .'"),
        ('{ path = "../y" }', "got {'path': '../y'}"),
    ],
)
def test_a_group_that_nobody_named_and_nobody_can_read_is_left_out(tree, entry, reason):
    groups = f'{PYPROJECT}[dependency-groups]\ntest = ["a"]\ndev = ["b", {entry}]\n'
    full, bare = choices(tree({"pyproject.toml": groups}))
    assert (full.install, bare.install) == ((".", "a"), (".",))
    assert full.text.startswith("the project, dependency group test; without dependency group dev")
    assert reason in full.text
    assert not full.large
    assert bare.text == "the project"


def test_where_the_only_group_cannot_be_read_that_is_said(tree):
    groups = f"{PYPROJECT}[dependency-groups]\ndev = [1]\n"
    (only,) = choices(tree({"pyproject.toml": groups}))
    assert only.install == (".",)
    assert only.text.startswith("the project; without dependency group dev, since")


def test_extras_of_other_back_ends(tree):
    text = (
        "[tool.setuptools.dynamic]\noptional-dependencies.test = { file = ['t.txt'] }\n"
        "[tool.flit.metadata.requires-extra]\ndev = ['y']\n"
        "[tool.poetry.extras]\nbench = ['x']\n"
    )
    assert extras(tree({"pyproject.toml": text})) == ("test", "dev", "bench")
