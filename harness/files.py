"""Reading and writing files: what fails is one line with the file, the cause and what to do.

And the lock on a file: one process at a time has it, until that process ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from harness.errors import FileError, HarnessError, StoreError
from harness.words import encodable

_ADVICE = {
    errno.ENOSPC: "free some space and run the command again; what was finished is kept",
    errno.EDQUOT: "free some of your quota and run the command again; what was finished is kept",
    errno.EFBIG: "raise the limit on the size of files, or name another place",
    errno.EACCES: "change its permissions, or name another place",
    errno.EPERM: "change its permissions, or name another place",
    errno.EROFS: "name a place that can be written to",
    errno.ENOENT: "make the folder first, or name another place",
    errno.ENOTDIR: "a part of the path is a file where a folder must be; name another place",
    errno.EISDIR: "it is a folder where a file must be; name another place",
    errno.EEXIST: "it is a file where a folder must be; name another place",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.ELOOP: "its links lead in a circle; name another place",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENOLCK: "its file system has no locks; name a place on another",
}


def opened(path: Path) -> BinaryIO:
    """Open a file for reading; a pipe or a device in its place is refused, not waited for.

    Raises
    ------
    OSError
        If it cannot be opened, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is a pipe or a device where a file must be", str(path))


def check_folder(path: Path, doing: str) -> None:
    """Refuse a file in the place of a folder, which need not be there yet.

    Raises
    ------
    FileError
        If it is one, or cannot be looked at.
    """
    with guarded(doing, path), contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(path.stat().st_mode):
            raise NotADirectoryError(errno.EEXIST, os.strerror(errno.EEXIST))


@contextlib.contextmanager
def guarded(doing: str, path: Path | str | None = None) -> Iterator[None]:
    """Turn what the system says about a file into a `FileError`.

    Parameters
    ----------
    doing : str
        What is tried, after "cannot": ``"write the report"``, ``"read the records"``.
    path : Path or str or None
        The file or folder it is tried on; None where only the system knows.

    Raises
    ------
    FileError
        For every `OSError` inside, and for a path that no system takes (a NUL inside).
    """
    try:
        yield
    except OSError as error:
        raise FileError(explain(error, doing, path)) from error
    except ValueError as error:
        if "null" not in str(error):
            raise
        named = "" if path is None else f" {str(path)!r}"
        raise FileError(f"cannot {doing}{named}: a path has no NUL; name another") from error


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder that is gone afterwards, but for what cannot be removed.

    Raises
    ------
    FileError
        If there is no place for one.
    """
    with contextlib.ExitStack() as stack:
        with guarded("make a temporary folder"):
            made = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        yield Path(stack.enter_context(made))


def write_text(path: Path, text: str, doing: str) -> None:
    """Write a text file as `write_bytes` does; lone surrogates are spelled out.

    Raises
    ------
    FileError
        If it cannot be written; a file is then as it was.
    """
    write_bytes(path, encodable(text).encode("utf-8"), doing)


def write_bytes(path: Path, data: bytes, doing: str) -> None:
    """Write a file whole or not at all, its folder made if need be (`replace_file`).

    Raises
    ------
    FileError
        If it cannot be written; a file is then as it was.
    """
    with guarded(doing, path):
        path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data, doing)


def explain(error: OSError, doing: str, path: Path | str | None = None) -> str:
    """Return the one line on an `OSError`: what could not be done, to what, why, and what to do."""
    place = path if path is not None else error.filename
    cause = (error.strerror or str(error) or type(error).__name__).lower()
    named = f" {place}" if place is not None else ""
    read = error.errno == errno.ENOENT and doing.startswith("read ")
    advice = "name one that is there" if read else _ADVICE.get(error.errno or 0)
    return f"cannot {doing}{named}: {cause}" + (f"; {advice}" if advice else "")


def replace_file(path: Path, data: bytes, doing: str) -> None:
    """Write a file whole or not at all; it keeps its permissions, and links to it lead to it.

    A device or a pipe is no file: it is written to, and stays what it is.

    Raises
    ------
    FileError
        If it cannot be written; a file is then as it was.
    """
    with guarded(doing, path):
        if _is_stream(path):
            with path.open("wb", buffering=0) as stream:
                write_all(stream, data)
        else:
            _replace(Path(os.path.realpath(path)), data)


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write all bytes to a file without a buffer, which may take some at a time.

    Raises
    ------
    OSError
        If it takes no more.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _is_stream(path: Path) -> bool:
    """Whether there is something in the place of a file; what a shell redirected counts, too."""
    if path.absolute().is_relative_to("/dev") or path.absolute().is_relative_to("/proc"):
        return True  # /dev/stdout may be a file, which its other writers must not lose
    return path.exists() and not path.is_file()


def _replace(target: Path, data: bytes) -> None:
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    with contextlib.ExitStack() as stack:
        with part.open("xb", buffering=0) as file:
            stack.callback(part.unlink, missing_ok=True)
            write_all(file, data)
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)
        os.replace(part, target)  # noqa: PTH105 - named for what it promises


@contextlib.contextmanager
def locked(path: Path, held: HarnessError) -> Iterator[None]:
    """Hold the lock of a file, which is made if need be, and its folder too.

    Parameters
    ----------
    path : Path
        The file; nothing is written into it.
    held : HarnessError
        What is raised when another process holds it: what that one is doing, and what to do.

    Raises
    ------
    HarnessError
        `held`.
    FileError
        If nobody can hold it: a folder that cannot be written to, a file system without locks.
    """
    with contextlib.ExitStack() as stack:
        with guarded("write to the folder", path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with guarded("lock the file", path):
            free = _take(stack.enter_context(path.open("a")))
        if not free:
            raise held
        yield


def one_writer(folder: Path, option: str) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of a folder of logs, which is made if need be.

    Parameters
    ----------
    folder : Path
        Where to write.
    option : str
        The option of the command line that names another folder.

    Raises
    ------
    StoreError
        If another process is writing to the folder.
    FileError
        If nobody can write to it.
    """
    text = f"{folder}: another run is writing here; wait for it, or give another {option}"
    return locked(folder / "lock", StoreError(text))


def _take(file: IO[str]) -> bool:
    """Take the lock, if no other process has it."""
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two at once are the user's care there
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
