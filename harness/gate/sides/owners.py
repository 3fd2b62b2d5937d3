"""Whose something is: a mark of this process, and whether the process behind a mark still lives."""

from __future__ import annotations

import platform
import re

import psutil

_MARK = re.compile(r"claims-harness on (?P<host>.*): process (?P<pid>\d+) started (?P<at>[\d.]+)")
_CLOSE = 2.0
"""Seconds by which two readings of one process's start may differ: it rests on the wall clock."""


def mark() -> str:
    """Return the mark of this process: machine, number and start, since numbers come again."""
    process = psutil.Process()
    return (
        f"claims-harness on {platform.node()}: process {process.pid} "
        f"started {process.create_time():.2f}"
    )


def abandoned(text: str) -> bool:
    """Return True if a text is a mark of a process of this machine that has ended.

    Parameters
    ----------
    text : str
        A mark; of any other text, and of another machine's, nothing is known: False.
    """
    found = _MARK.fullmatch(text)
    if found is None or found["host"] != platform.node():
        return False
    try:
        started = psutil.Process(int(found["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:  # somebody's, hence alive
        return False
    return abs(started - float(found["at"])) > _CLOSE
