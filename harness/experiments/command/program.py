"""Running a program: what it prints is passed on, its last words are kept, its metrics read.

Those are JSON on its last line, or in a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import reprlib
import shlex
import subprocess
import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness.errors import CellFailed
from harness.processes.family import signal_name
from harness.words import abridged, plain

_KEPT = 16 * 1024**2  # bytes of the end of a stream: its last line is in there
_DRAIN = 2.0  # seconds for the last of what was printed, where a child still holds the stream
_LONGEST = 300
_LINES = 3
_LARGEST = 64 * 1024**2  # bytes of a file of metrics
_EXAMPLE = 'such as {"accuracy": 0.97}'
_SPECIAL = {"nan", "inf", "-inf", "infinity", "-infinity"}
Stamp = tuple[int, int, int] | None


@dataclass(frozen=True)
class OutputEnds:
    """The ends of what a program wrote."""

    out: str
    err: str


def run(words: Sequence[str], folder: Path) -> OutputEnds:
    """Run a program in a folder until it ends; it reads nothing.

    Raises
    ------
    CellFailed
        If it cannot be started, or its exit code is not 0; says what it wrote last.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own; no shell reads its words
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise CellFailed(_not_started(words[0], folder, error)) from error
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = _Listener(process.stdout, 1), _Listener(process.stderr, 2)
    code = process.wait()
    said = OutputEnds(out.text(), err.text())
    if code:
        how = f"with exit code {code}" if code > 0 else f"with {signal_name(-code)}"
        raise CellFailed(f"{shown(words)} ended {how}{_quoted(said.err)}")
    return said


def shown(words: Sequence[str]) -> str:
    """Return a command as one types it, shortened."""
    return f"`{plain(abridged(shlex.join(words), 80))}`"


def _not_started(name: str, folder: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and folder.is_dir():
        where = f"is not in {folder}" if os.sep in name else "is not on the PATH"
        return f"the command {name!r} {where}; install it, or give its path"
    return f"the command {name!r} cannot be started: {plain(str(error))}"


def _quoted(err: str) -> str:
    lines = [line.strip() for line in err.splitlines() if line.strip()][-_LINES:]
    told = plain(abridged(" | ".join(lines).replace("\t", " "), _LONGEST))
    return f"; it wrote last to stderr: {told}" if told else ""


class _Listener:
    """Passes a stream on to one of ours, and keeps its end."""

    def __init__(self, stream: IO[bytes], number: int) -> None:
        self._stream, self._number = stream, number
        self._kept, self._size = deque[bytes](), 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return the end of the stream, once it is closed, or nobody is left who should."""
        self._thread.join(_DRAIN)
        return b"".join(self._kept).decode("utf-8", "replace")

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._stream.fileno(), 1 << 16):
                self._keep(data)
                os.write(self._number, data)

    def _keep(self, data: bytes) -> None:
        self._kept.append(data)
        self._size += len(data)
        while self._size - len(self._kept[0]) >= _KEPT:
            self._size -= len(self._kept.popleft())


def of_output(out: str, command: str) -> object:
    """Return the metrics on the last line of what a program printed.

    Raises
    ------
    CellFailed
        If that is no JSON object and no number.
    """
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    must = f"{command} must print its metrics as JSON on its last line, {_EXAMPLE}"
    if not lines:
        raise CellFailed(f"{must}, got nothing")
    return _metrics(lines[-1], must)


def of_file(path: Path, before: Stamp, command: str) -> object:
    """Return the metrics in a file, which must have been written since `before`.

    Raises
    ------
    CellFailed
        If it was not, or holds no JSON object and no number.
    """
    must = f"{command} must leave its metrics as JSON in {path.name}, {_EXAMPLE}"
    now = stamp(path)
    if now is None or now == before:
        raise CellFailed(f"{must}, and has not written it")
    if now[1] > _LARGEST:
        raise CellFailed(f"{must}, got a file of {now[1]} bytes")
    return _metrics(path.read_text(encoding="utf-8", errors="replace").strip(), must)


def stamp(path: Path) -> Stamp:
    """Return what tells whether a file has been written meanwhile; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _metrics(text: str, must: str) -> object:
    def entries(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # JSON allows a name twice and does not say which counts.
        if twice := [
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        ]:
            raise CellFailed(f"{must}, got {plain(reprlib.repr(twice[0]))} twice")
        return dict(pairs)

    try:
        value = json.loads(text, object_pairs_hook=entries)
    except (ValueError, RecursionError):
        raise CellFailed(f"{must}, got {plain(reprlib.repr(text))}") from None
    if isinstance(value, dict):
        return {name: _number(one) for name, one in value.items()}
    value = _number(value)
    if isinstance(value, int | float):
        return value
    raise CellFailed(f"{must}, got {plain(reprlib.repr(text))}")


def _number(value: Any) -> Any:
    """Return what other languages write for a number as one: R puts each into a list.

    What is none is left to whoever checks results.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and value.lower() in _SPECIAL:
        return float(value)
    return value
