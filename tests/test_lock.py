import errno
import subprocess
import sys

import pytest

from harness.errors import FileError, GateError, StoreError
from harness.lock import locked, one_writer

HELD = GateError("somebody is at it")
HOLDER = """
import sys
from pathlib import Path
from harness.errors import GateError
from harness.lock import locked
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
