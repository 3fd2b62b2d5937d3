"""One side's process, and the line to it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.gate import processors
from harness.gate.agent.harness_gate import PROTOCOL

AGENT = Path(__file__).parent / "agent"
"""Goes on the path of every side: the package `harness_gate` lies in it."""
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

Message = Mapping[str, Any]


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
    """

    arguments: tuple[str, ...]
    folder: Path
    path: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1

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
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - the user's own project
            command.arguments,
            cwd=command.folder,
            env=command.environment(seed),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,  # Ctrl-C is for the caller, which ends its processes itself
        )
        processors.keep(self._process.pid, on)
        self._messages: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> SideProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._log.close()

    def send(self, **message: Any) -> None:
        """Write a message; one to a process that has ended is lost, and `receive` says so."""
        if self._process.stdin is None or self._process.poll() is not None:
            return
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it ended in between

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
        message: Message = json.loads(line)
        if message["event"] == "hello" and message["protocol"] != PROTOCOL:
            text = f"its harness speaks protocol {message['protocol']}, this one {PROTOCOL}"
            return {"event": "error", "text": text}
        return message

    def kill(self) -> None:
        """End the process and all it started."""
        if self._process.poll() is None and hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        elif self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        pipe = self._process.stdout
        try:
            for line in pipe or ():
                self._messages.put(line)
        except ValueError:  # the pipe was closed by `kill`
            pass
        self._messages.put("")

    def _ending(self) -> str:
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "its process closed the line and went on"
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        said = self._last_words()
        return f"its process {how}" + (f": {said}" if said else "")

    def _last_words(self, lines: int = 3) -> str:
        self._log.seek(0)
        text = [line.strip() for line in self._log.read().splitlines() if line.strip()]
        return " / ".join(text[-lines:])
