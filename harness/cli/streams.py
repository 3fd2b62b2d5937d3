"""Standard output and error: any text in any encoding, even if the reading program has ended."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from harness.errors import FileError, HarnessError
from harness.files import explain

# What tables and sentences are made of, for terminals that have no such letters.
_READABLE = {
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MIDDLE DOT}": "*",
    "\N{MULTIPLICATION SIGN}": "x", "\N{PLUS-MINUS SIGN}": "+/-", "\N{MICRO SIGN}": "u",
    "\N{GREEK SMALL LETTER MU}": "u", "\N{HORIZONTAL ELLIPSIS}": "...", "\N{BULLET}": "*",
    "\N{LESS-THAN OR EQUAL TO}": "<=", "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{NO-BREAK SPACE}": " ", "\N{RIGHTWARDS ARROW}": "->", "\N{SECTION SIGN}": "section ",
    **dict.fromkeys("\u2501\u2578\u257a\u2500", "-"),
    **dict(zip("\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588", "__..--^^", strict=True)),
}  # fmt: skip


class Closed(HarnessError):
    """The reader of our output has left, as ``head`` does; a message would reach nobody."""


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what an encoding lacks: look-alikes, and code points spelled out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_READABLE.get(one) or _spelled(one) for one in letters), error.end


def _spelled(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode()


codecs.register_error("harness.readable", _readable)


def prepare() -> None:
    """Make both streams take any text, whatever their encoding: replace, never raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="harness.readable")


class Stream:
    """A standard stream that says in one line why it cannot be written to.

    Parameters
    ----------
    stream : text stream or None
        None, as in a process without it, takes everything and shows nothing.
    name : str
        In words.

    Raises
    ------
    Closed
        When who reads it has left.
    FileError
        For everything else that the system refuses.
    """

    def __init__(self, stream: TextIO | None, name: str) -> None:
        self._stream = io.StringIO() if stream is None else stream
        self._name = name

    def write(self, text: str) -> int:
        """Write text."""
        with self._explained():
            return self._stream.write(text)

    def flush(self) -> None:
        """Hand over what was written."""
        with self._explained():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise Closed(self._name) from None
        except OSError as error:
            raise FileError(explain(error, "write to", self._name)) from error


def output() -> Stream:
    """Return the standard output as it is now."""
    return Stream(sys.stdout, "the standard output")


def errors() -> Stream:
    """Return the standard error as it is now."""
    return Stream(sys.stderr, "the standard error")


def complain(message: str) -> None:
    """Tell the user, if there is still a way to."""
    with contextlib.suppress(Closed, FileError):
        stream = errors()
        stream.write(message)
        stream.flush()


def annotate(lines: Iterable[str]) -> None:
    """Write commands to GitHub Actions, which reads both streams; ours may hold JSON."""
    for line in lines:
        errors().write(f"{line}\n")


def finish() -> HarnessError | None:
    """Hand over what is left before the process ends; return why it could not be.

    What nobody takes is dropped then, so that the interpreter does not try once more and end
    with a message and an exit code of its own.
    """
    failure: HarnessError | None = None
    for stream in (output(), errors()):
        try:
            stream.flush()
        except (Closed, FileError) as error:
            failure = failure or error
            _drop(stream)
    return failure


def _drop(stream: Stream) -> None:
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
