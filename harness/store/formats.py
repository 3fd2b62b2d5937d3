"""The format of stored lines: which are read, and what to install for newer ones.

Format 1 had all of a record in its own line. Since format 2 what many records share stands once, in
``provenance.jsonl``. Both are read; what is written is of the newest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import harness
from harness.errors import StoreNewer
from harness.lines import Log
from harness.store import files

VERSION = 2
_PARTS = re.compile(r"\d+")


def refuse_newer(values: Mapping[str, Any], folder: Path) -> None:
    """Refuse the object of a line that a newer harness wrote into a store.

    Raises
    ------
    StoreNewer
        Naming the version to install, which the newest environment of the store has.
    """
    found = values.get("v", 1)
    if type(found) is not int or found <= VERSION:
        return
    here, newest = harness.__version__, max(_writers(folder), key=_order, default="")
    wanted = f"{newest} or later" if _order(newest) > _order(here) else "the newest version"
    raise StoreNewer(
        f"{folder}: records must be of format {VERSION} at most, which harness {here} reads, got "
        f"format {found} of a newer one; install claims-harness, {wanted}"
    )


def _writers(folder: Path) -> Iterator[str]:
    """Return the versions of the harness that wrote to a store, as far as that can be read."""
    for line in Log[dict[str, Any]](folder / files.ENVIRONMENTS, dict, dict).scan([]):
        facts = (line.value or {}).get("facts")
        if isinstance(facts, dict) and isinstance(facts.get("harness"), str):
            yield facts["harness"]


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, _PARTS.findall(version)))
