"""The error that a cell raised, in one line and in full."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from harness.code.project import Project
from harness.execute.outcome import shortened
from harness.words import plain

LONGEST_TRACE = 20_000
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def reason(error: BaseException, home: str) -> str:
    """Return what was raised and where, whatever its ``str`` does.

    Parameters
    ----------
    error : BaseException
        As caught.
    home : str
        The folder of the suite's file: the place named is the innermost of the project around it,
        for what a library refuses is the matter of who called it.

    Returns
    -------
    str
        ``"ValueError: no such tree (bench/forest.py:12)"``.
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        text = "its text cannot be had"
    name = type(error).__name__
    message = f"{name}: {text}" if text else name
    return f"{shortened(plain(message))} ({_place(error, home)})"


def trace(error: BaseException) -> str:
    """Return the traceback, its middle left out where it is very long."""
    try:
        lines = traceback.format_exception(error)
    except Exception:  # noqa: BLE001 - as above
        lines = traceback.format_tb(error.__traceback__)
    return shortened(plain("".join(lines)), LONGEST_TRACE)


def _place(error: BaseException, home: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    named = (_in_project(frame, home) for frame in reversed(frames if home else ()))
    last = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}"  # noqa: PTH119
    return next((place for place in named if place), last)


def _in_project(frame: traceback.FrameSummary, home: str) -> str:
    """Return a frame's place from the root of the project on, ``""`` where it is not in it."""
    root, file = Project.of(home).root.resolve(), Path(frame.filename).resolve()
    if not file.is_relative_to(root) or _INSTALLED & {*file.parts}:
        return ""
    return f"{file.relative_to(root).as_posix()}:{frame.lineno}"
