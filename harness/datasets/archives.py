"""Published archives: checked against their MD5 sums, staged, put in place whole."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.errors import DataCorrupt, DataError, DataMissing
from harness.extras import late

http = late("http.client")


def md5(path: Path) -> str:
    """Return the MD5 sum of a file as 32 hex digits; an accident check, not a secure one."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def verify(path: Path, expected: str, name: str) -> None:
    """Check a file of the data set `name` against its published MD5 sum.

    Raises
    ------
    DataCorrupt
        Naming the file.
    """
    found = md5(path)
    if found != expected:
        raise DataCorrupt(
            f"{path} must have MD5 {expected}, got {found}: it is damaged or another file. "
            f"Delete it and run `harness data get {name}`"
        )


def copy_verified(
    sources: Mapping[str, Path], sums: Mapping[str, str], to: Path, name: str
) -> None:
    """Copy files into the folder `to` by name and check the copies.

    Checking the copy, not the original, leaves no moment in which the file could change between
    the check and its use.

    Raises
    ------
    DataCorrupt
        Naming the original.
    """
    to.mkdir(parents=True, exist_ok=True)
    for file, path in sources.items():
        shutil.copyfile(path, to / file)
        if md5(to / file) != sums[file]:
            verify(path, sums[file], name)  # names the original
            raise DataCorrupt(f"{path} changed while it was read; run the command again")


@contextmanager
def staged(root: Path) -> Iterator[Path]:
    """Yield an empty folder inside `root`; what it holds at the end is moved into `root`.

    An interrupted or failed command leaves `root` as it was.

    Raises
    ------
    DataError
        If `root` cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=".get-", dir=root)
    except OSError as error:
        raise DataError(
            f"the data folder must be writable, got {error.strerror or error} at {root}. "
            "Choose another with --data DIR or HARNESS_DATA"
        ) from error
    with folder as name:
        yield Path(name)
        for path in [path for path in Path(name).rglob("*") if path.is_file()]:
            target = root / path.relative_to(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)  # noqa: PTH105 - named for what it promises


def download(
    fetch: Callable[[], object], folder: Path, sums: Mapping[str, str], name: str, mirror: str
) -> None:
    """Run a torchvision download and say what went wrong with it.

    Parameters
    ----------
    fetch : callable
        Constructs the torchvision data set with ``download=True``. Its progress bar is silenced:
        only the command line writes to the terminal.
    folder : Path
        Where it puts its archives.
    sums : mapping of str to str
        Archive name to MD5 sum.
    name, mirror : str
        Data set, and where it is downloaded from, for the message.

    Raises
    ------
    DataCorrupt
        If an archive arrived with another checksum.
    DataMissing
        If the mirror could not be reached or has no such file.
    """
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            fetch()
    except (RuntimeError, OSError, http.HTTPException) as error:
        for file, expected in sums.items():
            if (folder / file).is_file() and md5(folder / file) != expected:
                raise DataCorrupt(
                    f"{file} from {mirror} must have MD5 {expected}, got {md5(folder / file)}. "
                    f"Try again, or another mirror with HARNESS_{name.upper()}_MIRROR"
                ) from error
        reason = " ".join(str(error).split())  # torchvision's own runs over several lines
        raise DataMissing(
            f"{name} could not be downloaded from {mirror}: {reason}. With the "
            f"archives at hand, run `harness data get {name} --from DIR`"
        ) from error
