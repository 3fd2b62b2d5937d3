"""Reading and writing files: what fails is one line with the file, the cause and what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from harness.errors import FileError
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
    """Write a text file, its folder made if need be; lone surrogates are spelled out.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    with guarded(doing, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(encodable(text), encoding="utf-8")


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

    Raises
    ------
    FileError
        If it cannot be written; it is then as it was.
    """
    target = Path(os.path.realpath(path))
    with guarded(doing, path), contextlib.ExitStack() as stack:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            stack.callback(Path(file.name).unlink, missing_ok=True)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, file.name)
        os.replace(file.name, target)  # noqa: PTH105 - named for what it promises
