"""Points to series, one per case, quantity and machine, in the order of the commits."""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from harness.gate.history.store import History
from harness.gate.history.values import Baseline, Point, Series, instant
from harness.gate.sides.git import run
from harness.gate.values import QUANTITIES


def series(history: History, baseline: Baseline, commits: Sequence[str] = ()) -> tuple[Series, ...]:
    """Return what was measured against a baseline, by case, quantity and machine.

    Points measured against other files of the same name are left aside, and those measured
    against the same files under another name belong.

    Parameters
    ----------
    history : History
        Where the points are.
    baseline : Baseline
        What they are relative to.
    commits : sequence of str
        Commits in the order of the repository, oldest first (`first_parent`); without, and for
        commits that it lacks, the times of the commits decide.
    """
    groups: dict[tuple[str, int, str], list[Point]] = {}
    for point in history.points:
        if point.baseline_tree == baseline.tree:
            order = QUANTITIES.index(point.quantity)
            groups.setdefault((point.case, order, point.hardware), []).append(point)
    return tuple(
        Series(baseline, case, QUANTITIES[order], hardware, tuple(in_order(points, commits)))
        for (case, order, hardware), points in sorted(groups.items())
    )


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
    """Return points in the order of `commits`; those of other commits by their times.

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
