"""What a process keeps from one cell to the next unless it is put back: its global state.

Cells of one kind may follow each other in one process (`harness.execute.forked`). What a cell can
change that another would notice is noted before the first, and put back after each; what cannot be
put back, or is not as it was afterwards, is named, and the process ends.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import json
import math
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from harness.backends.threads import Pools
from harness.execute.state_parts import OPEN_FILES, parts
from harness.execute.state_torch import torch_parts
from harness.processes.family import children

MOST_GROWTH = 256 * 1024**2
"""Bytes of memory of its own that a process may keep beyond what it held before its first cell."""
_MOST_FILES = 64  # open files that a process may keep beyond those
_MEMORY = Path("/proc/self/status")
_WATCHED = (builtins, os, time, math, json, random, np, np.random, np.linalg)


class State:
    """The global state of this process, as it is when this is made."""

    def __init__(self) -> None:
        self._parts = [(part, part.get()) for part in (*parts(), *torch_parts())]
        self._names = [(module, dict(vars(module))) for module in _watched()]
        self._pools = Pools()
        self._torch = "torch" in sys.modules
        self._memory, self._files = _own_memory(), _open_files()

    def restored(self) -> str:
        """Put back what was changed; return what cannot be, ``""`` when all is as it was."""
        try:
            return self._left_behind() or next(self._changed(), "") or self._grown()
        except Exception as error:  # noqa: BLE001 - whatever a cell made of the modules
            return f"it cannot be looked at: {type(error).__name__}"

    def _left_behind(self) -> str:
        if children():
            return "a process that runs on"
        if len(sys._current_frames()) > 1:
            return "a thread that runs on"
        return "torch" if not self._torch and "torch" in sys.modules else ""

    def _changed(self) -> Iterator[str]:
        for part, value in self._parts:
            if part.get() == value:
                continue
            if part.put is not None:
                part.put(value)
            if part.get() != value:
                yield part.name
        for module, names in self._names:
            if not names.items() <= vars(module).items():  # the same things, further ones or not
                yield f"what {module.__name__} holds"
        if not self._pools.restore():
            yield "the threads of a library"

    def _grown(self) -> str:
        if _open_files() > self._files + _MOST_FILES:
            return "open files"
        if _own_memory() <= self._memory + MOST_GROWTH:
            return ""
        gc.collect()
        return "memory" if _own_memory() > self._memory + MOST_GROWTH else ""


def _watched() -> list[ModuleType]:
    loaded = (sys.modules.get(name) for name in ("torch", "torch.nn.functional"))
    return [*_WATCHED, *(module for module in loaded if module is not None)]


def _open_files() -> int:
    return sum(1 for _ in OPEN_FILES.iterdir())


def _own_memory() -> int:
    """Return the bytes that are this process's own: not those of files that it has mapped."""
    with contextlib.suppress(OSError):
        for line in _MEMORY.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0
