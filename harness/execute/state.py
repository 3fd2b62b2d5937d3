"""What a process keeps from one cell to the next unless it is put back: its global state.

Cells of one kind may follow each other in one process (`harness.execute.forked`). What a cell can
change that another would notice is noted before the first, and put back after each; what cannot be
put back, or is not as it was afterwards, is named, and the process ends. torch has a state where it
is loaded; nothing here imports it.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from harness.backends.host import Pools
from harness.execute.state_parts import OPEN_FILES, Part, parts
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


def torch_parts() -> list[Part]:
    """Return what a cell may change of torch: nothing where it is not loaded."""
    torch = sys.modules.get("torch")
    return [] if torch is None else [Part(*one) for one in _known(torch) if _answers(one[1])]


def _answers(get: Callable[[], Any]) -> bool:
    """Whether this version of torch has it."""
    with contextlib.suppress(Exception):
        get()
        return True
    return False


def _known(torch: Any) -> Iterator[tuple[Any, ...]]:
    def put_draws(old: bytes) -> None:
        torch.set_rng_state(torch.frombuffer(bytearray(old), dtype=torch.uint8))

    def put_precise(old: tuple[bool, bool]) -> None:
        torch.use_deterministic_algorithms(old[0], warn_only=old[1])

    def put_flags(old: list[bool]) -> None:
        for flag, value in zip(flags, old, strict=True):
            setattr(*flag, value)

    names = ("enabled", "benchmark", "deterministic", "allow_tf32")
    flags = [(torch.backends.mkldnn, "enabled"), *((torch.backends.cudnn, one) for one in names)]
    yield "torch's random numbers", lambda: torch.get_rng_state().numpy().tobytes(), put_draws
    yield "torch's draws on cuda", lambda: _cuda(torch), lambda _: _seed_cuda(torch)
    yield "torch's default dtype", torch.get_default_dtype, torch.set_default_dtype
    yield "torch's default device", lambda: str(torch.get_default_device())
    yield "torch's threads", torch.get_num_threads, torch.set_num_threads
    yield "torch's other threads", torch.get_num_interop_threads
    yield "torch's deterministic algorithms", lambda: _precise(torch), put_precise
    yield "torch's gradients", torch.is_grad_enabled, torch.set_grad_enabled
    yield "torch's inference mode", torch.is_inference_mode_enabled
    yield "torch's anomaly mode", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly
    yield (
        "torch's precision of products",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    )
    yield "torch's kernels", lambda: [getattr(*flag) for flag in flags], put_flags
    yield "torch's autocast on cpu", lambda: torch.is_autocast_enabled("cpu")
    yield "torch's autocast on cuda", lambda: torch.is_autocast_enabled("cuda")


def _precise(torch: Any) -> tuple[bool, bool]:
    on = torch.are_deterministic_algorithms_enabled()
    return on, torch.is_deterministic_algorithms_warn_only_enabled()


def _cuda(torch: Any) -> list[tuple[int, bytes]]:
    """Return what the generators of GPUs in use have drawn; none before the first use."""
    if not torch.cuda.is_initialized():
        return []
    fresh = torch.Generator("cuda").manual_seed(torch.default_generator.initial_seed())
    expected = fresh.get_state().numpy().tobytes()
    states = [one.get_state().numpy().tobytes() for one in torch.cuda.default_generators]
    return [(number, state) for number, state in enumerate(states) if state != expected]


def _seed_cuda(torch: Any) -> None:
    """Make the generators of GPUs what they are when a process first uses them."""
    for one in torch.cuda.default_generators:
        one.manual_seed(torch.default_generator.initial_seed())
