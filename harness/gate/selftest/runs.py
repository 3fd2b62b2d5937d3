"""The runs of the self-test on disk: one line a run, a row of numbers a pair."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from harness import environment as environments
from harness.errors import StoreError
from harness.files import guarded
from harness.gate.selftest import rows
from harness.gate.values import Pair
from harness.lines import Log
from harness.types import Environment

NAME = "selftest.jsonl"
PACKED = f"{NAME}.gz"
"""What earlier versions committed; it is read for ever."""
FULL, SHORT = 1, 2
"""Schemas: with every turn of every process, and with ratios alone."""


@dataclass(frozen=True)
class Run:
    """One run of the gate on itself.

    Attributes
    ----------
    planted : float
        Share of work that head does more.
    pairs : tuple of Pair
        What was measured.
    environment : Environment
        The machine.
    started : str
        ISO 8601.
    schema : int
        How it is stored: `FULL` or `SHORT`.
    """

    planted: float
    pairs: tuple[Pair, ...]
    environment: Environment
    started: str
    schema: int = FULL


def store(folder: Path, done: Run) -> Run:
    """Append a run, flushed to the disk, and return it as it will be read."""
    with guarded("make the folder", folder):
        folder.mkdir(parents=True, exist_ok=True)
    log = Log(folder / NAME, _encoded, _decoded)
    log.mend()
    log.append(done)
    return _decoded(_encoded(done))


def shorten(folder: Path, runs: Iterable[Run]) -> None:
    """Write runs in short to a folder; what is there already stays.

    Times are those at the speed of the machine that all pairs of a case tell, where the gate takes
    at each look what those tell that it has until then.
    """
    for run in runs:
        store(folder, replace(run, schema=SHORT))


def stored(folder: Path) -> list[Run]:
    """Return the runs of a folder, or of the machines in it; a torn last line is left out.

    Raises
    ------
    StoreError
        If another line is not what `store` writes.
    """
    names = (NAME, PACKED, f"*/{NAME}", f"*/{PACKED}")
    with guarded("read the folder", folder):
        paths = [path for name in names for path in sorted(folder.glob(name))]
    return [run for path in paths for run in _read(path)]


def of_this_machine(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that were made on a machine like this one."""
    klass = environments.snapshot().klass
    return [one for one in runs if one.environment.klass == klass]


class _Packed(Log[Run]):
    def open(self) -> BinaryIO:
        return cast("BinaryIO", gzip.open(self.path))


def _read(path: Path) -> list[Run]:
    kind = _Packed if path.suffix == ".gz" else Log
    try:
        return list(kind(path, _encoded, _decoded).read([]))
    except (EOFError, zlib.error) as error:
        raise StoreError(f"{path}: must be whole: {error}; restore it from a copy") from None


def _encoded(done: Run) -> dict[str, Any]:
    cases = list(dict.fromkeys(pair.case for pair in done.pairs))
    if done.schema == SHORT:
        slopes = rows.slopes_of(done.pairs)
        pairs = [rows.short(pair, cases, slopes) for pair in done.pairs]
    else:
        pairs = [rows.full(pair, cases) for pair in done.pairs]
    return {
        "schema": done.schema,
        "planted": done.planted,
        "started": done.started,
        "environment": environments.to_json(done.environment),
        "cases": cases,
        "fields": rows.SHORT_FIELDS if done.schema == SHORT else rows.FIELDS,
        "pairs": pairs,
    }


def _decoded(value: dict[str, Any]) -> Run:
    pair_of = {FULL: rows.of_full, SHORT: rows.of_short}
    try:
        schema = value.get("schema", FULL)
        read = pair_of[schema]
        pairs = tuple(read(row, value["cases"], value["fields"]) for row in value["pairs"])
        snapshot = environments.from_json(value["environment"])
        return Run(value["planted"], pairs, snapshot, value["started"], schema)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise StoreError(f"must be a run of the self-test: {error!r}") from None
