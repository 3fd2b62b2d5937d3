"""A row of the table of peers: how long our way takes, in units of another's, in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """What was measured: ratios of our time to a peer's, below 1 where we are faster.

    Attributes
    ----------
    work : str
        What both do.
    against : str
        Whose way the other is.
    fastest : float
        Our fastest time over the peer's fastest.
    median : float
        Median of the ratios of the pairs.
    pairs : int
        How many there were.
    target : float
        The ratio that is wanted; nan where none is.
    """

    work: str
    against: str
    fastest: float
    median: float
    pairs: int
    target: float


def paired(
    work: str,
    against: str,
    ours: Work,
    peer: Work,
    *,
    pairs: int,
    target: float,
    shares: tuple[float, float] = (1.0, 1.0),
) -> Row:
    """Return the row of two ways that are timed in turns, after one run of each.

    Parameters
    ----------
    work, against, target
        As in `Row`.
    ours, peer : callable
        The two ways.
    pairs : int
        Rounds that are timed.
    shares : (float, float)
        How much of the work a call of ours, and one of the peer's, does: 10 for ten seeds at once.
    """
    ours(), peer()
    times = [(_seconds(ours) / shares[0], _seconds(peer) / shares[1]) for _ in range(pairs)]
    return of_times(work, against, times, target)


def of_times(work: str, against: str, times: list[tuple[float, float]], target: float) -> Row:
    """Return the row of pairs of seconds, ours and the peer's."""
    fastest = min(mine for mine, _ in times) / min(other for _, other in times)
    median = statistics.median(mine / other for mine, other in times)
    return Row(work, against, fastest, median, len(times), target)


def _seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
