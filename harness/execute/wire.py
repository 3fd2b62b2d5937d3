"""A cell's answer as files in a folder of its own, JSON and one ``.npy`` an array; the folders.

A file cannot block its reader, whatever becomes of the writer, and nothing that is read here runs
code: no pickle. The answer counts once its JSON has its final name, which comes last. The folders
are few and used again: making and removing one takes longer than a small cell, as file systems
write such changes down before they go on.
"""

from __future__ import annotations

import json
import math
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from harness.errors import HarnessError
from harness.execute.outcome import MOST_NUMBERS, Malformed, checked, shortened
from harness.files import guarded
from harness.types import Array, Outcome, Series
from harness.words import plain

ANSWER = "answer.json"
_LARGEST = 40 * MOST_NUMBERS  # bytes of the JSON of an answer: what checked() lets through is less
_SMALL = 1 << 20  # bytes of an array that is read at once
_LONGEST_TEXT = 20_000
_STATUSES = ("ok", "diverged", "skipped", "failed")


@dataclass(frozen=True)
class Answer:
    """What a cell's process says at its end.

    Attributes
    ----------
    status : {'ok', 'diverged', 'skipped', 'failed'}
        How it went.
    reason : str
        Why, unless all went well.
    trace : str
        The traceback of a failure.
    outcome : Outcome
        Plain data only, see `harness.execute.outcome`.
    wall_s, cpu_s : float
        Seconds of the experiment, and processor time of the process.
    peak_rss : int
        Bytes.
    mode : str
        ``"together"`` for a cell that ran in a group.
    parts : mapping of str to Answer
        Of a group, the answer of each cell by its id.
    """

    status: Literal["ok", "diverged", "skipped", "failed"]
    reason: str = ""
    trace: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss: int = 0
    mode: str = ""
    parts: Mapping[str, Answer] = field(default_factory=dict)


class Unreadable(HarnessError):
    """A cell left something that is no answer."""


def write(answer: Answer, folder: Path) -> None:
    """Leave an answer in a folder; the parts of one in folders of their own, by their number."""
    for number, part in enumerate(answer.parts.values()):
        own = folder / str(number)
        own.mkdir()
        write(part, own)
    outcome = answer.outcome
    for position, array in enumerate(outcome.arrays.values()):
        np.save(_array_file(folder, position), array, allow_pickle=False)
    values = {
        "status": answer.status,
        "reason": answer.reason,
        "trace": answer.trace,
        "wall_s": answer.wall_s,
        "cpu_s": answer.cpu_s,
        "peak_rss": answer.peak_rss,
        "metrics": outcome.metrics,
        "series": {name: [series.x, series.y] for name, series in outcome.series.items()},
        "samples": outcome.samples,
        "digests": outcome.digests,
        "diverged": outcome.diverged,
        "arrays": list(outcome.arrays),
        "parts": list(answer.parts),
    }
    unfinished = folder / f"{ANSWER}.part"
    unfinished.write_text(json.dumps(values), encoding="utf-8")
    unfinished.replace(folder / ANSWER)


def read(folder: Path) -> Answer | None:
    """Return the answer in a folder, None when there is none; arrays stay on disk until used.

    Raises
    ------
    Unreadable
        If there is something else.
    """
    path = folder / ANSWER
    if not path.exists():
        return None
    try:
        _plain_file(path, _LARGEST)
        values = json.loads(path.read_text(encoding="utf-8"))
        return _answer(values, folder)
    except Malformed as error:
        raise Unreadable(f"left an answer that cannot be stored: {error}") from error
    except Exception as error:  # what reads foreign bytes raises whatever it likes
        raise Unreadable(f"left an answer that cannot be read: {_line(error)}") from error


def _answer(values: Mapping[str, Any], folder: Path) -> Answer:
    if values["status"] not in _STATUSES:
        raise ValueError(f"unknown status {values['status']!r}")
    outcome = checked(
        Outcome(
            metrics=values["metrics"],
            series={name: Series(x, y) for name, (x, y) in values["series"].items()},
            samples=values["samples"],
            digests=values["digests"],
            diverged=values["diverged"],
        )
    )
    answer = Answer(
        status=values["status"],
        reason=shortened(plain(str(values["reason"])), _LONGEST_TEXT),
        trace=shortened(plain(str(values["trace"])), _LONGEST_TEXT),
        outcome=outcome,
        wall_s=_finite(values["wall_s"]),
        cpu_s=_finite(values["cpu_s"]),
        peak_rss=int(_finite(values["peak_rss"])),
    )
    arrays = {name: _array(folder, n) for n, name in enumerate(values["arrays"])}
    outcome = replace(outcome, arrays=checked(Outcome(arrays=arrays)).arrays)
    return replace(answer, outcome=outcome, parts=_parts(values["parts"], folder))


def _parts(names: Sequence[str], folder: Path) -> dict[str, Answer]:
    found = {str(name): read(folder / str(number)) for number, name in enumerate(names)}
    whole = {name: answer for name, answer in found.items() if answer is not None}
    if len(whole) < len(names):
        raise ValueError(f"{len(names)} cells ran together, and {len(whole)} have an answer")
    return whole


def _array(folder: Path, position: int) -> Array:
    path = _array_file(folder, position)
    _plain_file(path, None)
    # Mapped, an array of gigabytes takes no memory of the runner; an empty one cannot be mapped.
    mode: Literal["r"] | None = "r" if path.stat().st_size > _SMALL else None
    return np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))


def _array_file(folder: Path, position: int) -> Path:
    return folder / f"{position}.npy"


def _plain_file(path: Path, largest: int | None) -> None:
    """Refuse what reading would wait for (a pipe), and what no answer is as large as."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"{path.name} is no plain file")
    if largest is not None and found.st_size > largest:
        raise ValueError(f"{path.name} has {found.st_size} bytes, at most {largest} are read")


def _finite(value: Any) -> float:
    number = float(value)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"must be a number of at least 0, got {value!r}")
    return number


def _line(error: BaseException) -> str:
    return shortened(plain(str(error)).replace("\n", " "), 300)


class Folders:
    """Folders inside another one, each for one cell at a time.

    Parameters
    ----------
    scratch : Path
        Where they are; it is empty.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch.resolve()
        self._made = 0
        self._free: list[Path] = []
        self._taken: dict[str, Path] = {}

    def __getitem__(self, name: str) -> Path:
        """Return the folder of a cell."""
        return self._taken[name]

    def take(self, name: str) -> Path:
        """Return an empty folder for a cell, in place of one that it had.

        Raises
        ------
        FileError
            If it cannot be made.
        """
        if name in self._taken:
            self.give_back(name)
        folder = self._free.pop() if self._free else self._new()
        self._taken[name] = folder
        return folder

    def give_back(self, name: str) -> None:
        """Empty the folder of a cell, for another; what is no plain folder of files is removed."""
        folder = self._taken.pop(name)
        try:
            if not stat.S_ISDIR(folder.lstat().st_mode):  # a link to one is none of ours
                raise NotADirectoryError(folder)
            for path in folder.iterdir():
                path.unlink()
        except OSError:  # whatever the cell made of it; what cannot be removed goes at the end
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self._free.append(folder)

    def _new(self) -> Path:
        self._made += 1
        folder = self._scratch / str(self._made)
        with guarded("make the folder of a cell", folder):
            folder.mkdir()
        return folder
