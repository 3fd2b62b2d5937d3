"""Messages to and from the gate, and why something failed in one line.

A message is JSON on a line of its own, over the standard streams. Nothing else may use these: what
tests print is sent to standard error, which the gate keeps in a file. The reason of a failure is
its cause, without the traceback.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from . import PROTOCOL

_LOADING = re.compile(r"while loading conftest '(.+)'")
_SETTINGS = re.compile(r"^\s*inifile: (.+)$", re.MULTILINE)
_SAYS = re.compile(r"^(?:ERROR: (?!usage:)|\S+: error: )(.+)$", re.MULTILINE)
_CLASS = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Failed|Warning|Group)\b")


class Channel:
    """One process's end of the line; make it before anything can print."""

    def __init__(self) -> None:
        self._incoming = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._log = os.dup(2)
        self._process = os.getpid()
        self.send("hello", protocol=PROTOCOL, python=sys.version.split()[0])

    def send(self, event: str, **fields: Any) -> None:
        """Write one message; end the process when nobody reads any more."""
        self._be_the_one()
        printed = os.fstat(self._log).st_size  # should this process die, what comes later says why
        try:
            self._outgoing.write(json.dumps({"event": event, **fields, "printed": printed}) + "\n")
            self._outgoing.flush()
        except BrokenPipeError:
            os._exit(1)

    def receive(self) -> dict[str, Any]:
        """Wait for a message; end the process when the other end is gone."""
        self._be_the_one()
        line = self._incoming.readline()
        if not line:
            os._exit(1)
        message: dict[str, Any] = json.loads(line)
        return message

    def _be_the_one(self) -> None:
        """End a child that a test forked and that came back into pytest: it would speak for us."""
        if os.getpid() != self._process:
            os._exit(1)


def reason_of_exception(error: BaseException) -> str:
    """Return the class and the first line of an exception; of a failed import, of its cause.

    Of a group, the same of the first that is in it is told as well.
    """
    if type(error).__name__ == "CollectError":  # pytest's, around what a module raised
        if isinstance(error.__cause__, (ImportError, SyntaxError)):
            return reason_of_exception(error.__cause__)
        return _first(_text(error))
    message = _first(_text(error))
    name = type(error).__name__
    told = f"{name}: {message}" if message else name
    inside = _inside(error)
    return f"{told}: {reason_of_exception(inside)}" if inside is not None else told


def reason_of_report(report: Any, error: BaseException | None) -> str:
    """Return why a test or a module failed, by pytest's report and what was raised, if known."""
    fixture = getattr(report.longrepr, "errorstring", "")  # a fixture that is not there
    if fixture:
        return _first(str(fixture))
    if error is not None:
        return reason_of_exception(error)
    return reason_of_text(str(report.longrepr)) or "failed"


def reason_of_text(text: str) -> str:
    """Return the line of a traceback as pytest shows it that says what was raised."""
    lines = [line for line in text.splitlines() if line.strip()]
    raised = [line[1:].strip() for line in lines if line.startswith("E ")]
    named = [line for line in raised if _CLASS.match(line)]
    return (named or raised or [line.strip() for line in lines] or [""])[-1]


def reason_of_usage(text: str) -> str:
    """Return what pytest says on standard error when it does not begin."""
    loading = _LOADING.search(text)
    if loading:
        return f"{_short(loading[1])}: {reason_of_text(text)}"
    said, settings = list(_SAYS.finditer(text)), _SETTINGS.search(text)
    cause = _announced(said[-1], text) if said else reason_of_text(text)
    return f"{cause} (settings: {_short(settings[1])})" if settings and said else cause


def reason_of_skip(report: Any) -> str:
    """Return why a test was not run, or was expected to fail: ``"xfail: known bad"``."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        reason = str(expected).removeprefix("reason: ")
        return f"xfail: {reason}" if reason else "xfail"
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return f"skipped: {str(reason).removeprefix('Skipped: ')}"


def _first(text: str) -> str:
    """Return the first line that says something, with the next one where it announces that."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    count = 2 if lines and lines[0].endswith(":") else 1
    return " ".join(lines[:count])


def _announced(said: re.Match[str], text: str) -> str:
    """Return what pytest says, and where it says that something follows, the end of that."""
    if not said[1].rstrip().endswith(":"):
        return said[1]
    after = [line.strip() for line in text[said.end() :].splitlines() if line.strip()]
    return " ".join((said[1].rstrip(), *after[-1:]))


def _inside(error: BaseException) -> BaseException | None:
    """Return the first exception of a group, which Python 3.10 has from a package only."""
    among = getattr(error, "exceptions", None)
    first = among[0] if isinstance(among, (tuple, list)) and among else None
    return first if isinstance(first, BaseException) else None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a class of the project's whose text cannot be told
        return ""


def _short(path: str) -> str:
    return os.path.relpath(path.strip())
