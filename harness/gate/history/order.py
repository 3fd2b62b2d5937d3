"""The order of commits: that of the repository where there is one, else that of their times."""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from harness.gate.history.values import Point, instant
from harness.gate.sides.git import run


def first_parent(folder: Path) -> tuple[str, ...]:
    """Return the commits of ``HEAD`` and its first parents, oldest first.

    ``()`` where `folder` is in no git repository, or git is not installed: the times of the
    commits must do.
    """
    if shutil.which("git") is None:
        return ()
    done = run(folder, "rev-list", "--first-parent", "--reverse", "HEAD")
    return tuple(done.stdout.split()) if done.returncode == 0 else ()


def in_order(points: Sequence[Point], commits: Sequence[str]) -> list[Point]:
    """Return points in the order of `commits`; others stand where their times put them.

    The time of a commit is what the clock of its committer said, so the order of the repository
    goes first. Commits of other branches come after the last of `commits` that is not later.
    """
    by_time = sorted(points, key=lambda point: (instant(point.committed), instant(point.measured)))
    rank = {commit: number for number, commit in enumerate(commits)}
    known = sorted((instant(p.committed), rank[p.commit]) for p in points if p.commit in rank)
    times = [time for time, _ in known]

    def place(point: Point) -> tuple[float, bool]:
        if point.commit in rank:
            return rank[point.commit], False
        before = known[: bisect_right(times, instant(point.committed))]
        return max((number for _, number in before), default=-1), True

    return sorted(by_time, key=place)
