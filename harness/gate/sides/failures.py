"""Notes of failed installations, so that they are not tried again at once."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from harness import digest
from harness.errors import SideBroken, SideLate
from harness.files import guarded, write_text

TERM = 86400.0
"""Seconds that a failure counts: an index or a compiler may be there another day."""


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
        note = json.dumps({"text": text, "pip": _settings()}, indent=1)
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
    if not isinstance(note, dict) or note.get("pip") != _settings():
        return ""
    return str(note.get("text", ""))


def _settings() -> str:
    """Return what the environment says to pip, as one word that gives nothing away."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return digest.of_value(variables)
