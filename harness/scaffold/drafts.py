"""Files to be written: none overwrites a file that is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import FileError
from harness.files import guarded


@dataclass(frozen=True)
class Draft:
    """A file to be written, and its text."""

    path: Path
    text: str

    @property
    def taken(self) -> bool:
        """Whether there is anything at its path."""
        return os.path.lexists(self.path)


def write(drafts: Sequence[Draft]) -> None:
    """Write files, all of them or none.

    Raises
    ------
    FileError
        If one cannot be written, or is there already.
    """
    made = list[Path]()
    try:
        for draft in drafts:
            _create(draft)
            made.append(draft.path)
    except FileError:
        for path in made:
            with guarded("remove", path):
                path.unlink(missing_ok=True)
        raise


def _create(draft: Draft) -> None:
    with guarded("make the folder", draft.path.parent):
        draft.path.parent.mkdir(parents=True, exist_ok=True)
    with guarded("write", draft.path), draft.path.open("x", encoding="utf-8") as file:
        file.write(draft.text)


def add_lines(path: Path, lines: Sequence[str]) -> tuple[str, ...]:
    """Add lines to the end of a file, those that it has not; return those added.

    Slashes at the ends of a line make no difference: they say where a pattern of files begins.

    Raises
    ------
    FileError
        If it cannot be read or written.
    """
    with guarded("read", path):
        data = path.read_bytes() if os.path.lexists(path) else b""
    known = {_bare(line) for line in data.decode("utf-8", "replace").splitlines()}
    missing = tuple(line for line in lines if _bare(line) not in known)
    if missing:
        end = "\r\n" if b"\r\n" in data else "\n"
        begun = data and not data.endswith(b"\n")
        text = (end if begun else "") + "".join(f"{line}{end}" for line in missing)
        with guarded("write", path), path.open("ab") as file:
            file.write(text.encode())
    return missing


def _bare(line: str) -> str:
    return line.strip().strip("/")
