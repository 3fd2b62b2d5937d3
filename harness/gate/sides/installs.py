"""Running pip, with a deadline and an account of what went wrong.

A note of a failed installation is kept, so that it is not tried again at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness import digest
from harness.errors import SideBroken, SideLate
from harness.files import guarded, write_text
from harness.gate.values import SideName
from harness.processes.tree import NOT_STARTED, Tree, postponed

LAST_LINES = 15
LONGEST_COMMAND = 200
_PIP = ("pip", "install", "--disable-pip-version-check", "-q", "--no-input")
# what these name belongs to the harness's own interpreter
_OWN_PYTHON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
TERM = 86400.0
"""Seconds that a failure counts: an index or a compiler may be there another day."""


@dataclass(frozen=True)
class Deadline:
    """When something has to be done.

    Attributes
    ----------
    seconds : float or None
        How long it may take in all; None for any time.
    stop : float
        On the clock of ``time.monotonic``.
    """

    seconds: float | None
    stop: float

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """Return the deadline so many seconds from now."""
        return cls(seconds, time.monotonic() + (seconds or 0.0))

    def half(self) -> Deadline:
        """Return the deadline in the middle between now and this one."""
        left = self.left()
        return self if left is None else Deadline.after(left / 2)

    def left(self) -> float | None:
        """Return the seconds left, at least 0; None for any time."""
        return None if self.seconds is None else max(0.0, self.stop - time.monotonic())


def pip(
    side: SideName,
    python: Path,
    arguments: Sequence[str],
    folder: Path,
    deadline: Deadline,
    *,
    isolated: bool = True,
) -> None:
    """Install with pip, under the user's own pip configuration.

    Parameters
    ----------
    side : {'base', 'head'}
        For whom, named when it fails.
    python : Path
        Whose pip.
    arguments : sequence of str
        After ``pip install``.
    folder : Path
        Where relative arguments start.
    deadline : Deadline
        It is ended when that has passed.
    isolated : bool
        Keep modules in `folder` out of pip's own imports, and the user's site-packages too.

    Raises
    ------
    SideBroken
        If pip fails or takes too long: command, exit code and the last lines of its output.
    """
    flags = ("-I",) if isolated else ()
    run(side, [str(python), *flags, "-m", *_PIP, *arguments], folder, deadline)


def run(side: SideName, command: Sequence[str], folder: Path, deadline: Deadline) -> None:
    """Run a step of an installation.

    Raises
    ------
    SideBroken
        If it does not start or fails.
    SideLate
        If it takes too long.
    """
    # a file and not a pipe: nothing is lost of what is said while nobody reads
    with contextlib.ExitStack() as stack:
        with guarded("make a temporary file"):
            output = stack.enter_context(tempfile.TemporaryFile())
        left = deadline.left()
        try:
            code = _code(command, folder, output, left)
        except OSError as error:
            raise SideBroken(side, _account(command, f"did not start: {error}", "")) from None
        tail = _tail(output)
        if code is None:
            late = f"did not end within the {left or 0:.0f} s that were left"
            raise SideLate(side, _account(command, late, tail))
        if code == NOT_STARTED and tail.startswith(f"{command[0]}: "):
            raise SideBroken(side, _account(command, f"did not start: {tail}", ""))
        if code:
            raise SideBroken(side, _account(command, f"ended with exit code {code}", tail))


def cause(error: SideBroken) -> str:
    """Return the one line of an account that says most: a deadline, an error, or else the last."""
    first, *lines = str(error).rstrip().splitlines()
    late = re.search(r"did not (end|start).*?(?=;|$)", first)
    return late[0] if late else _gist(lines or [first])


def _code(
    command: Sequence[str], folder: Path, output: IO[bytes], left: float | None
) -> int | None:
    """Return the exit code of a command, None where it had to be ended; nothing of it goes on."""
    tree = Tree(
        command,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        return tree.process.wait(left)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with postponed():
            tree.end()


def _account(command: Sequence[str], ended: str, tail: str) -> str:
    output = f"; its last lines:\n{tail}" if tail else "; it said nothing"
    text = shlex.join(command)
    if len(text) > LONGEST_COMMAND:
        text = text[: LONGEST_COMMAND - 1] + "…"
    # the cause comes first: a table has no room for all of it
    gist = f"{_gist(tail.splitlines())}: " if tail else ""
    return f"{gist}`{text}` must succeed, and {ended}{output}"


def _gist(lines: Sequence[str]) -> str:
    """Return the line that says most: the last error, or else the last."""
    return ([line for line in lines if line.lower().startswith("error")] or lines)[-1].strip()


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    lines = output.read().decode("utf-8", errors="replace").rstrip().splitlines()
    return "\n".join(lines[-LAST_LINES:])


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _OWN_PYTHON}
    # `user = true` in the user's pip.conf contradicts a virtual environment and --target
    return inherited | {"PIP_USER": "0"}


@contextlib.contextmanager
def noted(place: Path) -> Iterator[None]:
    """Keep a note of a failure of the block; take an older one away where there is none.

    That the time ended is no failure: there may be more of it next time.

    Parameters
    ----------
    place : Path
        File to keep it in.
    """
    try:
        yield
    except SideLate:
        raise
    except SideBroken as error:
        text = str(error).removeprefix(f"{error.side}: ")
        note = json.dumps({"text": text, "pip": _settings_of_pip()}, indent=1)
        write_text(place, note, "note what could not be installed")
        raise
    with guarded("remove the note of a failure", place):
        place.unlink(missing_ok=True)


def earlier(place: Path) -> str:
    """Return the words of a failure that still counts, ``""`` where there is none.

    Parameters
    ----------
    place : Path
        File of the note: of a day ago at most, and made under the same settings of pip.
    """
    try:
        recent = time.time() - place.stat().st_mtime < TERM
        note = json.loads(place.read_text(encoding="utf-8")) if recent else {}
    except (OSError, ValueError):  # none, or none that can be read: then it is tried
        return ""
    if not isinstance(note, dict) or note.get("pip") != _settings_of_pip():
        return ""
    return str(note.get("text", ""))


def _settings_of_pip() -> str:
    """Return what the environment says to pip, as one word that gives nothing away."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return digest.of_value(variables)
