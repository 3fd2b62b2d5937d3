"""One side's process: the processors that it is kept on, and what it says, a JSON object a line.

A round runs on the same processors on both sides, and on others in the next round. A shared
machine's processors are not equally fast: each has its own neighbours. Two sides that take turns on
one of them meet the same ones, and keep its caches in the same state.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from harness.files import guarded
from harness.lockstep.agent.harness_side import PROTOCOL
from harness.processes.family import signal_name
from harness.processes.tree import Tree, postponed
from harness.words import plain


def available() -> tuple[int, ...]:
    """Return the processors this process may use; none where the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0)))


def of_round(index: int, threads: int, processors: Sequence[int]) -> frozenset[int]:
    """Return the processors of a round, one a thread, in turn.

    Parameters
    ----------
    index : int
        Number of the round.
    threads : int
        How many threads the libraries of a side may use, at least 1.
    processors : sequence of int
        Those there are.

    Returns
    -------
    frozenset of int
        Empty when there are no more processors than threads: then any will do.
    """
    count = len(processors)
    if threads >= count:
        return frozenset()
    return frozenset(processors[(index * threads + k) % count] for k in range(threads))


def refused() -> str:
    """Return why no processor can be chosen here, ``""`` where one can.

    The choice is tried on this thread, and undone.
    """
    if not hasattr(os, "sched_setaffinity"):
        return "the system has no such call"
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        kept = os.sched_getaffinity(0) == {min(before)}
        os.sched_setaffinity(0, before)
    except OSError as error:  # a sandbox forbids it
        return (error.strerror or str(error)).lower()
    return "" if kept else "the system takes no notice"


def keep(process: int, processors: frozenset[int]) -> None:
    """Keep a process that has just begun, and all it will start, on some processors."""
    if not processors:
        return
    try:
        os.sched_setaffinity(process, processors)
    except OSError:
        # It has ended, or a sandbox forbids it (`refused`): no condition of a verdict.
        return


Message = Mapping[str, Any]
"""What a side says."""
AGENT = Path(__file__).parent / "agent"
"""Goes on the path of every side: the package `harness_side` lies in it."""
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
FOREIGN = ("PYTEST_XDIST_", "PYTEST_CURRENT_TEST", "COV_CORE_")
"""Variables of a pytest around this one, by which a side would take itself for a part of it."""
GRACE = 5.0
"""Seconds a process has to end by itself after its last message."""
AT_ONCE = 4096
"""Characters that a pipe takes at once; more is written by a thread, since nobody may read."""
LAST = 3
"""Lines of a process's output that are quoted."""


@dataclass(frozen=True)
class Command:
    """How one side's process is started.

    Attributes
    ----------
    arguments : tuple of str
        The interpreter and what follows.
    folder : Path
        Working directory: the side's tree.
    path : tuple of Path
        Goes on PYTHONPATH, first things first: the side's own code.
    variables : mapping of str to str
        Further environment variables.
    threads : int
        Threads numerical libraries may use.
    without : mapping of str to str
        Modules and folders that it must not load, and why.
    later : bool
        True where it collects as soon as it is started, and is told then what to measure; False
        where it is told first.
    """

    arguments: tuple[str, ...]
    folder: Path
    path: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1
    without: Mapping[str, str] = field(default_factory=dict)
    later: bool = False

    def environment(self, seed: int) -> dict[str, str]:
        """Return the environment; `seed` is that of Python's string hashes."""
        path = os.pathsep.join(map(str, (*self.path, AGENT)))
        pinned = dict.fromkeys(THREADS, str(self.threads))
        hashes = {"PYTHONHASHSEED": str(seed % 2**32), "PYTHONPATH": path}
        around = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        return {**around, **pinned, **hashes, **self.variables}


class SideProcess:
    """A started process of one side; a context manager that leaves nothing behind.

    Parameters
    ----------
    command : Command
        What to start.
    seed : int
        Of string hashes: both sides of a pair get the same, the next pair another.
    on : frozenset of int
        Processors it is kept on; none for any.
    """

    def __init__(self, command: Command, seed: int = 0, on: frozenset[int] = frozenset()) -> None:
        # Kept open for as long as the process lives; its end is read when something went wrong.
        with guarded("make a temporary file"):
            self._log = tempfile.TemporaryFile()  # noqa: SIM115
        with guarded("start", command.arguments[0]):
            self._tree = Tree(
                command.arguments,
                cwd=command.folder,
                env=command.environment(seed),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                encoding="utf-8",
                errors="replace",
            )
        self._process = self._tree.process
        keep(self._process.pid, on)
        self._messages: queue.Queue[str] = queue.Queue()
        self._heard = time.monotonic()
        self._printed = 0
        self._threads = [threading.Thread(target=self._read, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> SideProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._log.close()

    @property
    def quiet(self) -> float:
        """Seconds since it was last heard, or started."""
        return time.monotonic() - self._heard

    def send(self, **message: Any) -> None:
        """Write a message; one to a process that has ended is lost, and `receive` says so."""
        line = json.dumps(message) + "\n"
        if len(line) <= AT_ONCE:
            self._write(line)
            return
        self._threads.append(threading.Thread(target=self._write, args=(line,), daemon=True))
        self._threads[-1].start()

    def receive(self, timeout: float) -> Message:
        """Return the next message.

        The event is ``"silent"`` when none came in `timeout` seconds, ``"died"`` when the process
        ended without ``"end"``; ``text`` says how.
        """
        try:
            line = self._messages.get(timeout=max(timeout, 0.0))
        except queue.Empty:
            return {"event": "silent", "text": f"nothing was heard of it for {timeout:.0f} s"}
        if not line:
            self._messages.put("")  # for whoever asks again
            return {"event": "died", "text": self._ending()}
        message = parsed(line)
        self._printed = message.get("printed", 0)
        return message

    def kill(self) -> None:
        """End the process and all it started; Ctrl-C waits for it."""
        with postponed():
            self._tree.end()
        for thread in self._threads:
            thread.join(GRACE)
        if any(thread.is_alive() for thread in self._threads):
            return  # something out of reach holds the line; to close it would wait for that
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _write(self, line: str) -> None:
        if self._process.stdin is None or self._process.poll() is not None:
            return
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it ended in between

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._heard = time.monotonic()
            self._messages.put(line)
        self._messages.put("")

    def _ending(self) -> str:
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "its process closed the line and went on"
        how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with {code}"
        self._log.seek(self._printed)  # what it said before its last message is not of its end
        words = last_words(self._log.read().decode("utf-8", "replace"))
        return f"its process {how}" + (f": {words}" if words else "")


def last_words(text: str) -> str:
    """Return the end of what a process wrote; of a crash its first line, which names it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("Fatal Python error")]
    return fatal[-1] if fatal else " / ".join(lines[-LAST:])


def parsed(line: str) -> Message:
    """Return what a side said; what is no message is an error that shows it."""
    try:
        message = _plain(json.loads(line))
        event = message["event"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {
            "event": "error",
            "text": f"it wrote on the gate's line: {plain(line.strip())!r:.80}",
        }
    if event == "hello" and message.get("protocol") != PROTOCOL:
        text = f"its harness speaks protocol {message.get('protocol')}, this one {PROTOCOL}"
        return {"event": "error", "text": text}
    return cast("Message", message)


def _plain(value: Any) -> Any:
    """Return a value of JSON whose texts can be stored and shown anywhere."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
