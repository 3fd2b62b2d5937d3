"""The pairs of a run on disk, as they come, so that an interrupted run can go on.

One folder a comparison, named by what is compared and how; in it ``journal.jsonl``, one JSON object
a line: a header, the pairs of a round, those of the next, and an end. A line counts once its
newline is on disk. Values are raw; decisions are always made again from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.files import guarded
from harness.gate.values import Pair
from harness.lines import Log, storable
from harness.lockstep.sample import Sample

NAME = "journal.jsonl"
SCHEMA = 2
"""Raised when values come to mean something else: a run then begins anew instead of mixing them."""


class Journal:
    """The journal of one comparison; a context manager that is written to when open.

    Parameters
    ----------
    folder : Path
        Its own folder; made on the first write.
    header : mapping
        What is compared and how, JSON values; part of what is written first.

    Attributes
    ----------
    pairs : list of Pair
        Those of an interrupted run of the same header; none otherwise.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.path = folder / NAME
        self._header = storable({"schema": SCHEMA, **header})
        self._log: Log[Mapping[str, Any]] = Log(self.path, dict, dict)
        self._open = False
        self.pairs = [] if fresh else self._unfinished()

    def __enter__(self) -> Journal:
        with guarded("make the folder of", self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._open = True
        if self.pairs:
            self._log.mend()
        else:
            with guarded("begin anew with", self.path):
                self.path.unlink(missing_ok=True)
            self._write({"header": self._header})
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False

    def append(self, pairs: Sequence[Pair]) -> None:
        """Append the pairs of one round, flushed to the disk."""
        self._write({"pairs": [pair_to_json(pair) for pair in pairs]})

    def end(self) -> None:
        """Say that the run came to its end: the next one begins anew."""
        self._write({"end": True})

    def _write(self, line: Mapping[str, Any]) -> None:
        if not self._open:
            raise StoreError("a journal must be opened before it is written to")
        self._log.append(line)

    def _unfinished(self) -> list[Pair]:
        try:
            lines = list(self._log.read([]))
        except StoreError as error:
            raise StoreError(f"{error}; delete it to begin anew") from None
        if not lines or lines[0].get("header") != self._header or "end" in lines[-1]:
            return []
        return [pair_from_json(pair) for line in lines for pair in line.get("pairs", ())]


def pair_to_json(pair: Pair) -> dict[str, Any]:
    """Return a pair as JSON values; what is nan or as by default is left out."""
    return {
        "case": pair.case,
        "index": pair.index,
        "first": pair.first,
        "base": _sample_to_json(pair.base),
        "head": _sample_to_json(pair.head),
    }


def pair_from_json(value: Mapping[str, Any]) -> Pair:
    """Return the pair that `pair_to_json` wrote.

    Raises
    ------
    StoreError
        If it is not one.
    """
    try:
        base, head = (_sample_from_json(value[side]) for side in ("base", "head"))
        return Pair(value["case"], value["index"], value["first"], base, head)
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"a pair of a journal must have what the gate writes, got {value!r:.200} ({error}); "
            "delete the journal to begin anew"
        ) from None


def _sample_to_json(sample: Sample) -> dict[str, Any]:
    plain = asdict(sample)
    plain["speeds"] = [None if math.isnan(value) else value for value in sample.speeds]
    default = asdict(Sample())
    return {
        name: value
        for name, value in plain.items()
        if value not in (default[name], []) and not (isinstance(value, float) and math.isnan(value))
    }


def _sample_from_json(value: Mapping[str, Any]) -> Sample:
    known = {field.name for field in fields(Sample)}
    unknown = set(value) - known
    if unknown:
        raise TypeError(f"unknown {sorted(unknown)}")
    speeds = (math.nan if speed is None else speed for speed in value.get("speeds", ()))
    turns = {"turns": tuple(value.get("turns", ())), "speeds": tuple(speeds)}
    return Sample(**{**value, **turns})
