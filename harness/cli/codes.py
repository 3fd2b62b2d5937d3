"""Exit codes, and how a run's outcome becomes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.types import Status, Verdict

OK = 0
HARNESS_FAILED = 1
USAGE = 2
MOVED = 3
CELL_FAILED = 4
NOTHING_MEASURED = 5
INCONCLUSIVE = 6
INTERRUPTED = 130


def of_run(counts: Mapping[Status, int], done: int) -> int:
    """Return the exit code of a run: failed cells first, then an empty run."""
    if counts.get("failed", 0) or counts.get("timeout", 0):
        return CELL_FAILED
    measured = done + counts.get("ok", 0) + counts.get("diverged", 0)
    return OK if measured else NOTHING_MEASURED


def of_verdicts(verdicts: Iterable[Verdict], *, strict: bool) -> int:
    """Return the exit code of judged claims: a moved verdict, nothing judged, or doubt."""
    verdicts = list(verdicts)
    if any(verdict.moved for verdict in verdicts):
        return MOVED
    if verdicts and all(verdict.verdict == "not-run" for verdict in verdicts):
        return NOTHING_MEASURED
    if strict and any(verdict.verdict == "inconclusive" for verdict in verdicts):
        return INCONCLUSIVE
    return OK
