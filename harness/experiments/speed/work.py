"""What a side is told to time: a function's place, or a command in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.words import shortened, unknown

_HOLE = re.compile(r"\{([A-Za-z_]\w*)\}")


def told(work: str | tuple[str, ...], context: Context) -> dict[str, Any]:
    """Return what a side is told of a function or a command.

    Raises
    ------
    UsageError
        If the function's module is not there, or a word in braces is no key.
    """
    if isinstance(work, str):
        module, _, attribute = work.rpartition(":")
        file = Path(module)
        return {
            "module": file.stem,
            "attribute": attribute,
            "file": str(file.resolve()),
            "alone": True,
        }
    known = {**context.settings.params, "seed": context.streams.repetition}
    return {"command": [filled(word, known) for word in work]}


def filled(word: str, known: Mapping[str, Any]) -> str:
    """Return a word of a command with what stands in braces filled in.

    Raises
    ------
    UsageError
        If a name in braces is none of those known.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise UsageError(unknown("name in braces", found[1], sorted(known)))
        return str(known[found[1]])

    return _HOLE.sub(value, word)


def described(work: str | tuple[str, ...]) -> str:
    """Return what is timed in a few words."""
    return work if isinstance(work, str) else shortened(" ".join(work))


def folder() -> Path:
    """Return the folder in which the sides run."""
    return Path.cwd()
