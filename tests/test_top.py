"""The top of a project, from any folder in it."""

import pytest

from harness import top


@pytest.fixture
def tree(tmp_path):
    (tmp_path / ".git").mkdir()

    def write(name, text=""):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write.root = tmp_path
    return write


def test_suites_or_a_table_make_a_top(tree):
    assert top.above(tree.root) is None
    assert top.of(tree.root / "a") == tree.root / "a"
    tree("suites/notes/x.toml")
    assert top.above(tree.root / "a" / "b") == top.of(tree.root / "suites" / "notes") == tree.root
    tree("a/pyproject.toml", "[tool.harness.gate]\n")
    assert top.of(tree.root / "a" / "b") == tree.root / "a"


@pytest.mark.parametrize(
    "text", ["[tool.harness\n", "[tool]\nharness = 1\n", '[tool]\nx = "\udcff"']
)
def test_a_file_that_may_speak_of_the_harness_counts(tree, text):
    (tree.root / "a").mkdir()
    data = text.encode("utf-8", "surrogateescape")
    (tree.root / "a" / "pyproject.toml").write_bytes(data)
    assert top.of(tree.root / "a" / "b") == tree.root / "a"


@pytest.mark.parametrize("text", ["", "tool = 1\n", "[tool.ruff]\nwhen = 2020-01-01\n"])
def test_what_says_nothing_of_it_does_not(tree, text):
    tree("suites/x.toml")
    tree("a/pyproject.toml", text)
    tree("a/suites/test_x.py")
    assert top.of(tree.root / "a" / "b") == tree.root


def test_a_link_to_nowhere_counts(tree):
    tree("suites/x.toml")
    (tree.root / "a").mkdir()
    (tree.root / "a" / "pyproject.toml").symlink_to(tree.root / "nowhere")
    assert top.of(tree.root / "a") == tree.root / "a"


def test_benchmarks_need_no_suites_but_a_repository_or_a_package(tree):
    below = tree.root / "tests" / "benchmarks"
    assert top.of_gate(below) == tree.root
    tree("tests/pyproject.toml", "[project]\n")
    assert top.of_gate(below) == tree.root / "tests"
    tree("suites/x.toml")
    assert top.of_gate(below) == tree.root


def test_a_repository_ends_the_search(tree):
    tree("suites/x.toml")
    (tree.root / "inner" / ".git").mkdir(parents=True)
    assert top.above(tree.root / "inner" / "a") is None
