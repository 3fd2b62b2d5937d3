import errno
import os
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.errors import FileError, GateError, StoreError
from harness.files import (
    check_folder,
    explain,
    guarded,
    locked,
    one_writer,
    opened,
    replace_file,
    temporary_folder,
    write_text,
)


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


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "other").write_text("")
    replace_file(tmp_path / "a.md", b"new", "write")
    assert (tmp_path / "a.md").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with ThreadPoolExecutor() as pool:
            read = pool.submit(pipe.read_bytes)
            write_text(path, "all of it" * 20_000, "write")
            assert read.result() == b"all of it" * 20_000
    assert pipe.is_fifo()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "pipe"]


def test_a_device_is_written_to_and_stays_one(tmp_path):
    device = tmp_path / "full"  # one of our own: what a mistake would replace is needed by others
    try:
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 7))
        device.open("rb").close()
    except OSError:
        pytest.skip("devices can be made by root alone, where the file system has them")
    with pytest.raises(FileError, match="no space left on device"):
        replace_file(device, b"x", "write")
    assert device.is_char_device()
    assert [one.name for one in tmp_path.iterdir()] == ["full"]


def test_what_a_shell_redirected_to_a_file_keeps_its_other_lines(tmp_path):
    script = (
        "from pathlib import Path; from harness.files import write_text;"
        "write_text(Path('/dev/stdout'), 'one', 'write'); print('two', flush=True)"
    )
    with (tmp_path / "out").open("ab") as out:
        subprocess.run([sys.executable, "-c", script], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "onetwo\n"


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    check_folder(tmp_path, "read the history")
    check_folder(tmp_path / "none", "read the history")
    for path in (tmp_path / "file", tmp_path / "file" / "in"):
        with pytest.raises(FileError, match=r"cannot read the history .*file"):
            check_folder(path, "read the history")


HELD = GateError("somebody is at it")
HOLDER = """
import sys
from pathlib import Path
from harness.errors import GateError
from harness.files import locked
with locked(Path(sys.argv[1]), GateError("held")):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_another_process_holds_it_until_it_ends(tmp_path):
    path = tmp_path / "folder" / "x.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "ready\n"
        with pytest.raises(GateError, match="somebody is at it"), locked(path, HELD):
            pytest.fail("two have it")
        holder.kill()
    with locked(path, HELD):
        pass
    assert path.read_bytes() == b""


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO])
def test_what_is_wrong_with_the_lock_is_not_somebody_elses_run(tmp_path, monkeypatch, number):
    fcntl = pytest.importorskip("fcntl")

    def fail(*_):
        raise OSError(number, "the system says so")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(FileError, match=r"cannot lock the file .*x\.lock: the system says so"):  # noqa: SIM117
        with locked(tmp_path / "x.lock", HELD):
            pass


def test_files_and_folders_that_are_in_the_way_are_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match=r"cannot write to the folder .*file: file exists"):  # noqa: SIM117
        with locked(tmp_path / "file" / "x.lock", HELD):
            pass
    (tmp_path / "y.lock").mkdir()
    with pytest.raises(FileError, match=r"cannot lock the file .*y\.lock: is a directory"):  # noqa: SIM117
        with locked(tmp_path / "y.lock", HELD):
            pass


def test_what_goes_wrong_while_it_is_held_stays_what_it_is(tmp_path):
    with pytest.raises(OSError, match="mine"), locked(tmp_path / "x.lock", HELD):
        raise OSError("mine")


def test_a_second_writer_is_told_which_option_to_change(tmp_path):
    with one_writer(tmp_path, "--history"):  # noqa: SIM117
        with pytest.raises(StoreError, match=r"is writing here; .* another --history"):
            with one_writer(tmp_path, "--history"):
                pass


def test_a_file_where_the_folder_should_be_is_one_line(tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(FileError, match=r"cannot write to the folder .*taken: file exists"):  # noqa: SIM117
        with one_writer(tmp_path / "taken", "--results"):
            pass
