"""Exit codes: how a run's outcome becomes one, and SIGTERM, which has its own.

An interrupted command ends as shells have it, with 128 and the number of the signal: 130 after
Ctrl-C, 143 after SIGTERM; and 141, that of SIGPIPE, when who read its output has left.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:  # the codes are known without loading what they are the codes of
    from harness.gate.values import GateResult
    from harness.types import Status, Verdict

OK = 0
HARNESS_FAILED = 1
USAGE = 2
MOVED = 3
CELL_FAILED = 4
NOTHING_MEASURED = 5
INCONCLUSIVE = 6
FILE_FAILED = 7
CLUSTER_LOST = 8
INTERRUPTED = 130
READER_LEFT = 141
TERMINATED = 143
_terminated: list[int] = []
"""The signals that ended this command."""


def of_run(
    counts: Mapping[Status, int], done: int, verdicts: Iterable[Verdict], *, strict: bool = False
) -> int:
    """Return the exit code of a run: failed cells first, an empty run, then its claims.

    A claim that was not judged is doubt: a run of a part, or without data, leaves some.
    """
    if counts.get("failed", 0) or counts.get("timeout", 0):
        return CELL_FAILED
    if not done + counts.get("ok", 0) + counts.get("diverged", 0):
        return NOTHING_MEASURED
    verdicts = list(verdicts)
    if any(verdict.fails for verdict in verdicts):
        return MOVED
    return INCONCLUSIVE if strict and any(map(_is_open, verdicts)) else OK


def of_verdicts(verdicts: Iterable[Verdict], *, strict: bool) -> int:
    """Return the exit code of judged claims: one that fails, nothing judged, or doubt."""
    verdicts = list(verdicts)
    if any(verdict.fails for verdict in verdicts):
        return MOVED
    if verdicts and all(verdict.verdict == "not-run" for verdict in verdicts):
        return NOTHING_MEASURED
    return INCONCLUSIVE if strict and any(map(_is_open, verdicts)) else OK


def _is_open(verdict: Verdict) -> bool:
    """Whether a claim has no answer, and its suite does not say so."""
    return verdict.verdict in ("inconclusive", "not-run") and verdict.verdict != verdict.expected


def of_gate(result: GateResult, *, strict: bool) -> int:
    """Return the exit code of a gate: a crash first, then a regression, then doubt.

    A broken case is never taken for a slow one, and a gate that compared nothing is not green.
    """
    verdicts = {decision.verdict for decision in result.decisions}
    if "broken" in verdicts:
        return CELL_FAILED
    if "regressed" in verdicts:
        return MOVED
    if not any(decision.pairs > 0 for decision in result.decisions):
        return NOTHING_MEASURED
    doubt = verdicts & {"inconclusive", "missing"} or result.partial
    return INCONCLUSIVE if strict and doubt else OK


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Raise `KeyboardInterrupt` for a SIGTERM inside, so that what was finished is kept."""
    _terminated.clear()
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def of_interruption() -> int:
    """Return the exit code of an interrupted command: as shells say it, 128 and the signal."""
    return TERMINATED if _terminated else INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - as signals call
    _terminated.append(number)
    raise KeyboardInterrupt
