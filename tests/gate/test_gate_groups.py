import pytest

from harness.errors import UsageError
from harness.gate.sides.groups import absent, expanded, names, requirements

PROJECT = """
[dependency-groups]
Bench_Marks = ["pytest-benchmark>=4", {include-group = "test"}]
test = ["pytest>=8 ; python_version >= '3.8'", "x @ https://example.org/x.whl"]
loop = [{include-group = "pool"}]
pool = [{include-group = "loop"}]
option = ["--index-url=https://example.org"]
number = [1]
text = "pytest"
mapping = [{other = "test"}]
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def test_a_group_is_what_it_and_its_groups_ask_for(tree):
    test = ("pytest>=8 ; python_version >= '3.8'", "x @ https://example.org/x.whl")
    assert requirements(tree, "test") == test
    assert requirements(tree, "bench-marks") == ("pytest-benchmark>=4", *test)
    assert names(tree)[:2] == ("Bench_Marks", "test")


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("tests", r"unknown group 'tests'.*'test'"),
        ("", "unknown group ''"),
        ("loop", "no group may include itself, got loop > pool > loop"),
        ("option", "must hold requirements .*--index-url"),
        ("number", "must hold requirements .*got 1"),
        ("mapping", "must hold requirements .*other"),
    ],
)
def test_a_group_that_is_missing_or_malformed_is_named(tree, group, words):
    with pytest.raises(UsageError, match=words):
        requirements(tree, group)


@pytest.mark.parametrize("text", ["", "dependency-groups = 3", "[dependency-groups]"])
def test_a_tree_without_groups(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert names(tmp_path) == ()
    with pytest.raises(UsageError, match="unknown group 'test'"):
        requirements(tmp_path, "test")


def test_the_option_of_pip_needs_no_pip_that_knows_it(tree):
    test = requirements(tree, "test")
    assert expanded([".", "--group", "test", "-q"], tree) == (".", *test, "-q")
    assert expanded(["--group=test"], tree) == test
    (tree / "sub").mkdir()
    (tree / "sub" / "pyproject.toml").write_text('[dependency-groups]\nx = ["y"]', encoding="utf-8")
    assert expanded(["--group", "sub/pyproject.toml:x"], tree) == ("y",)
    assert expanded(["--group", "pyproject.toml:test"], tree) == test
    assert expanded([".[dev]", "--no-deps"], tree) == (".[dev]", "--no-deps")
    with pytest.raises(UsageError, match="unknown group ''"):
        expanded([".", "--group"], tree)


def test_a_group_that_is_asked_for_and_not_there_is_named(tree):
    install = (".", "--group", "TEST", "--group=tset", "--group", "loop", "--group", "sub/x.toml:a")
    assert absent(install, tree) == ("tset", "sub/x.toml:a")
    assert absent((".", "-q"), tree) == ()
