"""A result of the gate to points of the history, and points to series.

There is one series per case, quantity and machine, in the order of the commits.
"""

from __future__ import annotations

import math
import shutil
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness import digest
from harness.environment import CLASS_FACTS
from harness.errors import NothingMeasured, UsageError
from harness.gate.couples import slope
from harness.gate.history.store import History
from harness.gate.history.values import Baseline, Point, Series, instant
from harness.gate.sides.git import run
from harness.gate.values import QUANTITIES, Decision, GateResult


def record(history: History, baseline: Baseline, result: GateResult) -> tuple[Point, ...]:
    """Keep what the gate measured against a baseline; a commit measured before counts anew.

    Parameters
    ----------
    history : History
        Where to keep it.
    baseline : Baseline
        The base of `result`.
    result : GateResult
        Of a clean head.

    Returns
    -------
    tuple of Point
        One per decision with a pair of values, but for broken and missing cases, whose few
        values are those that happened to survive.

    Raises
    ------
    UsageError
        If the base of `result` is not `baseline`.
    NothingMeasured
        If it has no place in a history; the text is that of `rejection`.
    """
    if result.base.tree != baseline.tree:
        raise UsageError(
            f"the base must be the baseline {baseline.name!r} ({baseline.commit[:12]}), "
            f"got {result.base.label!r} ({result.base.commit[:12]}); "
            f"compare with `harness gate {baseline.name}`"
        )
    if reason := rejection(baseline, result):
        raise NothingMeasured(reason)
    points = tuple(_points(baseline, result))
    history.add(points)
    return points


def rejection(baseline: Baseline, result: GateResult) -> str:
    """Return why a result has no place in a history, ``""`` when it has."""
    if result.head.dirty:
        return (
            f"the head must be a commit to enter the history, got {result.head.label!r} with "
            "uncommitted changes; commit them and run the gate again"
        )
    if not any(_points(baseline, result)):
        return "no case was measured on both sides: nothing enters the history"
    return ""


def log_ratios(result: GateResult, decision: Decision) -> tuple[float, ...]:
    """Return log(head / base) of every pair of a decision in which both sides gave a value."""
    own = [pair for pair in result.pairs if pair.case == decision.case]
    follows = slope(own) if decision.quantity == "time" else 0.0
    found = (pair.log_ratio(decision.quantity, follows) for pair in own)
    return tuple(value for value in found if math.isfinite(value))


def _points(baseline: Baseline, result: GateResult) -> Iterator[Point]:
    for decision in result.decisions:
        raw = log_ratios(result, decision)
        if not raw or decision.verdict in ("broken", "missing"):
            continue
        interval = decision.interval
        yield Point(
            baseline=baseline.name,
            baseline_tree=baseline.tree,
            commit=result.head.commit,
            tree=result.head.tree,
            subject=result.head.subject,
            committed=result.head.committed,
            measured=result.started,
            case=decision.case,
            quantity=decision.quantity,
            verdict=decision.verdict,
            ratio=decision.ratio,
            low=interval.low if interval else None,
            high=interval.high if interval else None,
            level=interval.level if interval else 0.0,
            log_ratios=raw,
            pairs=decision.pairs,
            hardware=result.hardware,
            environment=_environment(result, decision),
        )


def _environment(result: GateResult, decision: Decision) -> str:
    """Return the digest of what may move a ratio besides the commit.

    Memory counts from what a process held before, where that is known: a ratio of those is not
    to be compared with one of whole processes.
    """
    facts = {name: result.environment.get(name, "") for name in CLASS_FACTS}
    own = (pair for pair in result.pairs if pair.case == decision.case)
    if decision.quantity == "memory" and any(math.isfinite(pair.head.held) for pair in own):
        facts["memory"] = "above what the process held"
    return digest.of_value(facts)


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
