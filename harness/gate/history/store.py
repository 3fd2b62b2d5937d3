"""The folder that keeps baselines and points: two logs."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import NothingMeasured, StoreError
from harness.files import check_folder, one_writer
from harness.gate.history.values import Baseline, Point, check_name
from harness.lines import Log
from harness.words import did_you_mean

BASELINES = "baselines.jsonl"
POINTS = "points.jsonl"
OPTION = "--history"
SCHEMA = 1
Entry = TypeVar("Entry", Baseline, Point)
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Baseline, Point)
}


class History:
    """Named baselines and what was measured against them.

    Parameters
    ----------
    folder : Path
        Made by the first write.

    Attributes
    ----------
    notes : list of str
        What the reader should know, such as a torn last line that was dropped.

    Raises
    ------
    StoreError
        If a line other than a torn last one is malformed; names file and line.
    FileError
        If the folder is a file, or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        check_folder(folder, "read the history")
        self.folder = folder
        self.notes: list[str] = []
        self._names = _log(folder / BASELINES, Baseline)
        self._measured = _log(folder / POINTS, Point)
        self._baselines = {found.name: found for found in self._names.read(self.notes)}
        self._points = {key(found): found for found in self._measured.read(self.notes)}

    @property
    def baselines(self) -> Mapping[str, Baseline]:
        """The baselines by name, each where it was named last."""
        return self._baselines

    @property
    def points(self) -> Sequence[Point]:
        """Every point, the newest of each commit, case, quantity and machine."""
        return tuple(self._points.values())

    def baseline(self, name: str) -> Baseline:
        """Return a baseline by name.

        Raises
        ------
        NothingMeasured
            If there is none of that name.
        """
        if name not in self._baselines:
            raise NothingMeasured(
                f"{self.folder}: no baseline is named {name!r}; name one with "
                f"`harness history --set {name} REVISION`.{did_you_mean(name, self._baselines)}"
            )
        return self._baselines[name]

    def name(self, baseline: Baseline) -> None:
        """Give a revision a name, flushed to the disk; a name given before moves.

        Raises
        ------
        UsageError
            If nothing can be called that.
        StoreError
            If another process is writing to the folder.
        """
        check_name(baseline.name)
        with self._writing():
            self._names.append(baseline)
        self._baselines[baseline.name] = baseline

    def add(self, points: Sequence[Point]) -> None:
        """Append points, flushed to the disk.

        Raises
        ------
        StoreError
            If another process is writing to the folder, or a point could not be read back.
        """
        with self._writing():
            for point in points:
                self._measured.append(point)
        self._points |= {key(point): point for point in points}

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with one_writer(self.folder, OPTION):
            self._names.mend()
            self._measured.mend()
            yield


def _log(path: Path, kind: type[Entry]) -> Log[Entry]:
    return Log(path, encode, functools.partial(decode, kind=kind))


def key(point: Point) -> tuple[str, ...]:
    """Return what a newer point must share with an older one to take its place."""
    return (
        point.baseline_tree,
        point.commit,
        point.case,
        point.quantity,
        point.hardware,
    )


def encode(value: Baseline | Point) -> dict[str, Any]:
    """Return the object of a baseline or a point."""
    return {"schema": SCHEMA, **dataclasses.asdict(value)}


def decode(values: dict[str, Any], kind: type[Entry]) -> Entry:
    """Return what an object holds.

    Raises
    ------
    StoreError
        If it is no `kind` of this version; says which field must be what.
    """
    if values.get("schema") != SCHEMA:
        raise StoreError(
            f"must be a {kind.__name__.lower()} of schema {SCHEMA}, got "
            f"{reprlib.repr(values)} instead; a newer version of the harness may read it"
        )
    fields = {name: value for name, value in values.items() if name != "schema"}
    try:
        found: Entry = _ADAPTERS[kind].validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        must = first["msg"][:1].lower() + first["msg"][1:]
        raise StoreError(f"{where}: {must}, got {str(first['input'])[:60]!r} instead") from None
    return found
