import errno
import os
import tempfile
from pathlib import Path

import pytest

from harness.errors import FileError
from harness.files import explain, guarded, opened, replace_file, temporary_folder


def test_a_missing_folder_is_one_line_with_what_to_do(tmp_path):
    path = tmp_path / "missing" / "file.json"
    with pytest.raises(FileError) as caught, guarded("write the verdicts", path):
        path.write_text("x")
    expected = f"cannot write the verdicts {path}: no such file or directory; make the folder first"
    assert str(caught.value).startswith(expected)


def test_a_missing_file_is_not_made_to_be_read(tmp_path):
    with pytest.raises(FileError) as caught, guarded("read the runs", tmp_path / "runs.csv"):
        opened(tmp_path / "runs.csv")
    assert str(caught.value).endswith("runs.csv: no such file or directory; name one that is there")


def test_a_path_with_a_nul_is_refused_as_a_file_error():
    with pytest.raises(FileError, match="a path has no NUL"), guarded("read the suite", "a\0b"):
        open("a\0b")  # noqa: PTH123, SIM115


def test_other_errors_pass():
    with pytest.raises(ValueError, match="other"), guarded("read", "x"):
        raise ValueError("other")


def test_a_full_disk_says_that_nothing_is_lost():
    text = explain(OSError(errno.ENOSPC, "No space left on device", "f"), "store a record")
    assert text.startswith("cannot store a record f: no space left on device; free some space")


def test_a_file_is_opened_and_what_is_none_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    with opened(tmp_path / "file") as file:
        assert file.read() == b"abc"
    os.mkfifo(tmp_path / "pipe")  # to open one for reading waits for a writer, who never comes
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="a pipe or a device where a file must be"):
            opened(path)
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)


def test_a_temporary_folder_is_there_and_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder("x-") as folder:
        assert folder.parent == tmp_path
        (folder / "file").write_text("x")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(FileError, match=r"cannot make a temporary folder .*gone/x-"):  # noqa: SIM117
        with temporary_folder("x-"):
            pass


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path):
    path, link = tmp_path / "a.md", tmp_path / "link.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path.name)
    replace_file(link, b"new\r\n", "update the document")
    assert path.read_bytes() == b"new\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.md", "link.md"]


def test_a_file_that_cannot_be_replaced_stays_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(FileError, match=r"cannot update the document .*a\.md: no space left"):
        replace_file(path, b"new", "update the document")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]
