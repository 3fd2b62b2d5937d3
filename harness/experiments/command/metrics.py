"""The metrics of a program: JSON on its last line, or in a file."""

from __future__ import annotations

import json
import reprlib
from collections import Counter
from pathlib import Path
from typing import Any

from harness.errors import CellFailed
from harness.words import plain

_LARGEST = 64 * 1024**2  # bytes of a file of metrics
_EXAMPLE = 'such as {"accuracy": 0.97}'
_SPECIAL = {"nan", "inf", "-inf", "infinity", "-infinity"}
Stamp = tuple[int, int, int] | None


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
