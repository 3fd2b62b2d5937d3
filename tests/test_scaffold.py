import ast
import tomllib
from importlib import resources

import pytest

from harness import scaffold
from harness.errors import FileError
from harness.scaffold import Draft, add_lines, write

TEMPLATES = resources.files("harness.scaffold").joinpath("templates")


def test_every_kind_has_its_templates_and_no_other():
    folders = {one.name for one in TEMPLATES.iterdir() if one.is_dir()}
    assert folders == set(scaffold.KINDS)


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_kind_is_filled_in(tmp_path, kind):
    suite, experiment = scaffold.drafts(kind, "my-own", tmp_path, tmp_path / "suites")
    assert suite.path == tmp_path / "suites" / "my-own.toml"
    assert experiment.path == tmp_path / "bench" / "my_own.py"
    assert "@" not in suite.text.replace("@harness", "") + experiment.text
    assert "bench/my_own.py" in suite.text
    assert tomllib.loads(suite.text)["claims"]
    assert ast.get_docstring(ast.parse(experiment.text))
    assert max(len(line) for line in (suite.text + experiment.text).splitlines()) <= 100


def test_files_are_written_with_their_folders(tmp_path):
    drafts = [Draft(tmp_path / "a" / "b.txt", "one\n"), Draft(tmp_path / "c.txt", "two\n")]
    assert not any(draft.taken for draft in drafts)
    write(drafts)
    assert [draft.path.read_text() for draft in drafts] == ["one\n", "two\n"]
    assert all(draft.taken for draft in drafts)


def test_all_are_written_or_none(tmp_path):
    (tmp_path / "there").write_text("mine")
    drafts = [Draft(tmp_path / "new.txt", "x"), Draft(tmp_path / "there" / "in.txt", "x")]
    with pytest.raises(FileError, match="there"):
        write(drafts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileError):
        write([Draft(tmp_path / "mine.txt", "x")])
    assert (tmp_path / "mine.txt").read_text() == "mine"
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    assert Draft(tmp_path / "link.txt", "x").taken


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        (None, b"/a/b/\n/c/\n", 2),
        (b"x\n", b"x\n/a/b/\n/c/\n", 2),
        (b"x", b"x\n/a/b/\n/c/\n", 2),
        (b"x\r\n", b"x\r\n/a/b/\r\n/c/\r\n", 2),
        (b"a/b\n", b"a/b\n/c/\n", 1),
        (b"c\n \xff\n/a/b", b"c\n \xff\n/a/b", 0),
    ],
)
def test_lines_that_are_missing_are_added(tmp_path, before, after, added):
    path = tmp_path / ".gitignore"
    if before is not None:
        path.write_bytes(before)
    assert len(add_lines(path, ["/a/b/", "/c/"])) == added
    assert path.read_bytes() == after
    assert add_lines(path, ["/a/b/", "/c/"]) == ()


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / ".gitignore").mkdir()
    with pytest.raises(FileError, match=r"cannot read .*\.gitignore"):
        add_lines(tmp_path / ".gitignore", ["x"])
