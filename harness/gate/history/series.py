"""Points to series, one per case, quantity and machine."""

from __future__ import annotations

from collections.abc import Sequence

from harness.gate.history.order import in_order
from harness.gate.history.store import History
from harness.gate.history.values import Baseline, Point, Series
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
