"""The gate tried on itself: false alarms on equal sides, and slow-downs that were planted.

Every run is a whole run of the gate over the ten workloads of `harness.gate.workloads`, with its
looks, levels and limits. One side does more work by a known share, or by none. Pairs are stored;
how often the gate was right is computed from them when asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import environment as environments
from harness.errors import StoreError
from harness.gate.journal import Journal, pair_from_json, pair_to_json
from harness.gate.judge import LOOKS
from harness.gate.lockstep import Patience
from harness.gate.measure import Bench, Course, find_cases, run
from harness.gate.process import Command
from harness.gate.selftest_values import SelftestRow, SelftestView
from harness.gate.settings import GateSettings
from harness.gate.trials import Trials
from harness.gate.values import SIDES, Decision, Pair, Sample
from harness.statistics import proportion_interval
from harness.types import Environment

WORKLOADS = Path(__file__).parent / "workloads"
NAME = "selftest.jsonl"
RIVAL = 0.05
"""``--benchmark-compare-fail=mean:5%``."""
ROUNDED = 5
"""Significant digits of stored times."""


@dataclass(frozen=True)
class Run:
    """One run of the gate on itself.

    Attributes
    ----------
    planted : float
        Share of work that head does more.
    pairs : tuple of Pair
        What was measured.
    environment : Environment
        The machine.
    started : str
        ISO 8601.
    """

    planted: float
    pairs: tuple[Pair, ...]
    environment: Environment
    started: str

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What the gate says of the pairs, on times and on memory."""
        names = list(dict.fromkeys(pair.case for pair in self.pairs))
        trials = Trials(names, GateSettings().thresholds)
        for index in sorted({pair.index for pair in self.pairs}):
            trials.add([pair for pair in self.pairs if pair.index == index])
        trials.close("the self-test was interrupted", judge=False)
        return trials.decisions


def bench(planted: float, settings: GateSettings) -> Bench:
    """Return what measures the workloads, head with more work by `planted`."""
    amounts = {"base": 0.0, "head": planted}
    commands = {
        side: Command(
            (sys.executable, "-m", "harness_gate", "test_workloads.py"),
            WORKLOADS,
            variables={"HARNESS_PLANTED": str(amounts[side])},
            threads=settings.threads,
        )
        for side in SIDES
    }
    burst = "--benchmark-max-time=" + settings.burst.removesuffix("s")
    # Neither the settings nor the cache of a project around the package are the workloads'.
    return Bench(
        commands, (burst, "-c", os.devnull, f"--rootdir={WORKLOADS}", "-pno:cacheprovider")
    )


def measure(
    planted: float,
    folder: Path,
    deadline: float,
    progress: Callable[[Trials], None] | None = None,
) -> Run | None:
    """Run the gate on itself once and store the run.

    Parameters
    ----------
    planted : float
        Share of work that head does more; 0 for equal sides.
    folder : Path
        Where `NAME` is appended to.
    deadline : float
        On the monotonic clock; a run that it ends is not stored, since it had fewer looks.
    progress : callable, optional
        ``progress(trials)``, called after every round.

    Returns
    -------
    Run or None
        None when it did not come to its end.

    Raises
    ------
    SideBroken
        If the workloads do not start, as when pytest-benchmark is not installed.
    """
    settings, snapshot = GateSettings(), environments.snapshot()
    patience = Patience(deadline=deadline)
    found = find_cases([bench(planted, settings)], patience)
    course = Course(settings.thresholds, deadline, "", patience, LOOKS, progress)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with Journal(folder / "selftest", {"planted": planted, "started": started}) as journal:
        trials, partial = run(found, course, journal)
    if partial == "interrupted":
        raise KeyboardInterrupt
    done = Run(planted, tuple(map(_shorter, trials.pairs)), snapshot, started)
    return None if partial else store(folder, done)


def store(folder: Path, done: Run) -> Run:
    """Append a run for good, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    line = {
        "schema": 1,
        "planted": done.planted,
        "started": done.started,
        "environment": environments.to_json(done.environment),
        "pairs": [pair_to_json(pair) for pair in done.pairs],
    }
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, allow_nan=False, separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return done


def stored(folder: Path) -> list[Run]:
    """Return the runs of a folder; a torn last line is left out.

    Raises
    ------
    StoreError
        If another line is not what `store` writes.
    """
    path = folder / NAME
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return [_decoded(path, number, line) for number, line in enumerate(lines, start=1)]


def view(runs: Sequence[Run]) -> SelftestView | None:
    """Return how often the gate was right, over runs of one machine; None without runs."""
    if not runs:
        return None
    last = runs[-1]
    runs = [one for one in runs if one.environment.klass == last.environment.klass]
    sizes = sorted({one.planted for one in runs})
    memory = [d.verdict for one in runs for d in one.decisions if d.quantity == "memory"]
    return SelftestView(
        rows=tuple(_row(size, [one for one in runs if one.planted == size]) for size in sizes),
        hardware=last.environment.hardware,
        measured=last.started[:10],
        commit=last.environment.facts.get("commit", "")[:10],
        pairs=sum(len(one.pairs) for one in runs),
        note=f"Peak memory, equal on both sides, was called regressed {memory.count('regressed')} "
        f"times out of {len(memory)}.",
    )


def wanted(decisions: Mapping[float, int], runs: Iterable[Run]) -> Iterator[float]:
    """Yield the planted shares of the runs still to be made, the sizes in turn.

    Parameters
    ----------
    decisions : mapping of float to int
        Decisions wanted of each size.
    runs : iterable of Run
        Those there are.
    """
    have = dict.fromkeys(decisions, 0)
    for one in runs:
        have[one.planted] = have.get(one.planted, 0) + len(_times(one))
    while missing := [size for size, count in decisions.items() if have[size] < count]:
        size = min(missing, key=lambda each: have[each] / decisions[each])
        have[size] += 10  # the workloads of a run
        yield size


def rival_flags(one: Run) -> int:
    """Return how many cases ``--benchmark-compare-fail=mean:5%`` would have failed.

    It compares one run of head with one of base, by the mean of its rounds: here those of the
    first pair.
    """
    first = [pair for pair in one.pairs if pair.index == 0]
    return sum(pair.head.mean > (1.0 + RIVAL) * pair.base.mean for pair in first)


def _times(one: Run) -> list[Decision]:
    return [decision for decision in one.decisions if decision.quantity == "time"]


def _row(planted: float, runs: Sequence[Run]) -> SelftestRow:
    verdicts = [decision.verdict for one in runs for decision in _times(one)]
    named = ("regressed", "ok", "improved", "inconclusive")
    flagged = sum(map(rival_flags, runs))
    return SelftestRow(
        planted=planted,
        decisions=len(verdicts),
        regressed=verdicts.count("regressed"),
        ok=verdicts.count("ok"),
        improved=verdicts.count("improved"),
        inconclusive=verdicts.count("inconclusive"),
        other=sum(verdict not in named for verdict in verdicts),
        caught=proportion_interval(verdicts.count("regressed"), len(verdicts)),
        rival_flagged=flagged,
        rival=proportion_interval(flagged, len(verdicts)),
    )


def _decoded(path: Path, number: int, line: str) -> Run:
    try:
        value: dict[str, Any] = json.loads(line)
        pairs = tuple(pair_from_json(pair) for pair in value["pairs"])
        snapshot = environments.from_json(value["environment"])
        return Run(value["planted"], pairs, snapshot, value["started"])
    except (json.JSONDecodeError, KeyError) as error:
        raise StoreError(f"{path}:{number}: must be a run of the self-test: {error!r}") from None


def _shorter(pair: Pair) -> Pair:
    """Cut what is stored to the digits that were earned."""
    case = pair.case.partition("[")[2].rstrip("]") or pair.case
    return replace(pair, case=case, base=_cut(pair.base), head=_cut(pair.head))


def _cut(sample: Sample) -> Sample:
    def short(value: float) -> float:
        return float(f"{value:.{ROUNDED}g}")

    return replace(
        sample,
        seconds=short(sample.seconds),
        turns=tuple(map(short, sample.turns)),
        mean=short(sample.mean),
        wall=short(sample.wall),
        cpu=short(sample.cpu),
        spin=short(sample.spin),
    )
