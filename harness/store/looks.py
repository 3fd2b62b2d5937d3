"""How far the seeds of a suite may go: declared in a store before the first of them is added.

What was declared first holds for ever, since the levels of all looks depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.lines import Log

LOOKS = "looks.jsonl"


@dataclass(frozen=True)
class Declared:
    """The most seeds of a suite."""

    suite: str
    most: int


def declared(folder: Path) -> Mapping[str, int]:
    """Return the most seeds of every suite of a store that has a declaration: the first."""
    found: dict[str, int] = {}
    for each in _log(folder).read([]):
        found.setdefault(each.suite, each.most)
    return found


def declare(folder: Path, suite: str, most: int) -> None:
    """Write how far a suite's seeds may go, if that is not declared yet."""
    if suite not in declared(folder):
        _log(folder).append(Declared(suite, most))


def _log(folder: Path) -> Log[Declared]:
    return Log(folder / LOOKS, lambda each: {"suite": each.suite, "most": each.most}, _decode)


def _decode(values: dict[str, Any]) -> Declared:
    suite, most = values.get("suite"), values.get("most")
    if not isinstance(suite, str) or not isinstance(most, int) or isinstance(most, bool):
        raise StoreError("a declaration must have a suite and the most of its seeds")
    return Declared(suite, most)
