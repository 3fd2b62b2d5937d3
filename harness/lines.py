"""One log of JSON lines: what the store, the history, the journal and the self-test write.

A log is a file of lines that only grows. A line is a JSON object whose last member is a digest of
the others. One process writes at a time, and a line counts once its newline is on disk, which it is
before `Log.append` returns; what a crash tears is the last line alone, which is left out with a
note and set aside by the next writer. A line that is not as it was written is named by its number.

Blank lines, a byte-order mark and carriage returns, as editors leave them, are read over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from harness.errors import StoreError
from harness.files import guarded, opened, write_all
from harness.words import encodable

Value = TypeVar("Value")
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 16
_MARK = b',"sha":"'
_END = b'"}'
_LENGTH = 16


@dataclass(frozen=True)
class Line(Generic[Value]):
    """One line of a file, read.

    Attributes
    ----------
    number : int
        1-based.
    raw : bytes
        As it lies on disk, without its end.
    value : object or None
        What it holds; None when that is not known.
    fault : str
        Why not.
    """

    number: int
    raw: bytes
    value: Value | None
    fault: str = ""


class Log(Generic[Value]):
    """One file of lines.

    Parameters
    ----------
    path : Path
        Made by the first `append`.
    encode : callable
        A value to the JSON object of its line.
    decode : callable
        The JSON object of a line to its value; raises `StoreError` on another's, saying what must
        be.
    quick : callable
        The JSON of a line to its value, in less time; None for lines that `decode` must read.
    """

    def __init__(
        self,
        path: Path,
        encode: Callable[[Value], Mapping[str, Any]],
        decode: Callable[[dict[str, Any]], Value],
        quick: Callable[[bytes], Value | None] = lambda line: None,  # noqa: ARG005
    ) -> None:
        self.path = path
        self._quick = quick
        self._encode = encode
        self._decode = decode

    def read(self, notes: list[str]) -> Iterator[Value]:
        """Return what the whole lines hold; what was left out is told to `notes`.

        Raises
        ------
        StoreError
            If a line is not what was written or not a value's; names file and line.
        FileError
            If the file cannot be read.
        """
        for number, raw in self._raw(notes):
            try:
                value = self._value(unsealed(raw))
            except StoreError as error:
                raise StoreError(f"{self.path}:{number}: {error}") from None
            yield value

    def scan(self, notes: list[str]) -> Iterator[Line[Value]]:
        """Return the whole lines, those with a fault too."""
        for number, raw in self._raw(notes):
            try:
                yield Line(number, raw, self._value(unsealed(raw)))
            except StoreError as error:
                yield Line(number, raw, None, str(error))

    def torn(self) -> list[str]:
        """Return a note on a last line that is torn, which readers drop; none where it is whole.

        Raises
        ------
        FileError
            If the file cannot be read.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(guarded("read", self.path))
            file = stack.enter_context(self.open())
            _end_of_lines(file)
            tail = file.read()
        return [self._cut_off(tail)] if tail else []

    def open(self) -> BinaryIO:
        """Open the file for reading."""
        return opened(self.path)

    def mend(self) -> None:
        """Move a torn last line to ``<name>.torn``."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(guarded("set aside a torn line of", self.path))
            try:
                file = stack.enter_context(self.path.open("rb+"))
            except FileNotFoundError:
                return
            end = _end_of_lines(file)
            if tail := file.read():
                self._set_aside(tail)
                file.truncate(end)

    def append(self, value: Value, *, flush: bool = True) -> None:
        """Append the line of a value, with its digest, flushed to the disk: whole or not at all.

        Parameters
        ----------
        value : object
            What the line holds.
        flush : bool
            False leaves the flushing to a later `flush`: until then a power cut may take the line.

        Raises
        ------
        StoreError
            If it could not be read back, which would block the whole file.
        FileError
            If it cannot be written.
        """
        text = text_of(self._encode(value))
        self._decode(object_of(text))
        line = sealed(text.encode("utf-8")) + b"\n"
        with guarded("write to", self.path), self.path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                (_write if flush else write_all)(file, line)
            except OSError:
                with contextlib.suppress(OSError):  # a rest that stays is a torn line
                    file.truncate(before)
                raise

    def flush(self) -> None:
        """Have all lines on the disk.

        Raises
        ------
        FileError
            If they cannot be written.
        """
        with guarded("write to", self.path), self.path.open("ab") as file:
            os.fsync(file.fileno())

    def ready(self) -> None:
        """See that the file can be written to.

        Raises
        ------
        FileError
            If it cannot.
        """
        with guarded("write to", self.path), self.path.open("ab"):
            pass

    def replace(self, lines: list[bytes]) -> None:
        """Put lines in the place of all there are, whole or not at all."""
        part = self.path.with_name(f".{self.path.name}.part")
        with guarded("write", part):
            with part.open("wb", buffering=0) as file:
                _write(file, b"".join(line + b"\n" for line in lines))
            part.replace(self.path)
            _sync(self.path.parent)

    def _value(self, line: bytes) -> Value:
        found = self._quick(line)
        return self._decode(object_of(_text(line))) if found is None else found

    def _cut_off(self, line: bytes) -> str:
        return f"{self.path}: the last line was cut off ({len(line)} bytes) and dropped"

    def _set_aside(self, tail: bytes) -> None:
        aside = self.path.with_name(f"{self.path.name}.torn")
        with aside.open("ab", buffering=0) as file:
            _write(file, tail + b"\n")

    def _raw(self, notes: list[str]) -> Iterator[tuple[int, bytes]]:
        with contextlib.ExitStack() as stack:
            stack.enter_context(guarded("read", self.path))
            try:
                file = stack.enter_context(self.open())
            except (FileNotFoundError, NotADirectoryError):
                return
            for number, line in enumerate(file, start=1):
                whole = line.removeprefix(_BOM) if number == 1 else line
                if not whole.endswith(b"\n"):
                    notes.append(self._cut_off(whole))
                elif kept := whole.rstrip(b"\r\n"):
                    yield number, kept


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StoreError(f"must be UTF-8, got byte 0x{line[error.start]:02x}") from None


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends, and leave the file there."""
    place = file.seek(0, os.SEEK_END)
    while place > 0:
        start = max(place - _BLOCK, 0)
        file.seek(start)
        found = file.read(place - start).rfind(b"\n")
        if found >= 0:
            return file.seek(start + found + 1)
        place = start
    return file.seek(0)


def _sync(folder: Path) -> None:
    """Have what was renamed in a folder on disk before what is removed from it next."""
    if os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: BinaryIO, data: bytes) -> None:
    """Write all bytes and flush them to the disk, or raise."""
    write_all(file, data)
    os.fsync(file.fileno())


def text_of(values: Mapping[str, Any]) -> str:
    """Return the text of an object: one line of ASCII, without a newline."""
    return json.dumps(storable(values), separators=(",", ":"), allow_nan=False)


def object_of(text: str) -> dict[str, Any]:
    """Return the JSON object of a text.

    Raises
    ------
    StoreError
        If the text is not one.
    """
    try:
        values = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # ValueError: an integer of 5,000 digits, too
        raise StoreError(f"must be JSON: {error}") from None
    if not isinstance(values, dict):
        raise StoreError(f"must be a JSON object, got {text[:60]!r} instead")
    # a lone surrogate is an escape in a text of ours, which is ASCII; few texts need the walk
    surrogates = "\\ud" in text or "\\uD" in text
    return storable(values) if surrogates else values


def storable(value: Any) -> Any:
    """Return a value as JSON and UTF-8 take it: inf, nan and lone surrogates as text."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def sealed(line: bytes) -> bytes:
    """Return the line of a JSON object with its digest."""
    if not line.endswith(b"}") or line.endswith(b"{}"):
        raise ValueError(f"a line must be a JSON object with members, got {line[-20:]!r}")
    body = line[:-1]
    return body + _MARK + _digest(body) + _END


def is_sealed(line: bytes) -> bool:
    """Whether a line carries a digest, right or wrong."""
    _, mark, end = line.rpartition(_MARK)
    return bool(mark) and len(end) == _LENGTH + len(_END) and end.endswith(_END)


def unsealed(line: bytes) -> bytes:
    """Return a line without its digest.

    Raises
    ------
    StoreError
        If the digest is of another line.
    """
    body, mark, end = line.rpartition(_MARK)
    if not (mark and len(end) == _LENGTH + len(_END) and end.endswith(_END)):
        return line
    if _digest(body) != end[:_LENGTH]:
        raise StoreError("must be as it was written, and its digest is of another line")
    return body + b"}"


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_LENGTH].encode()
