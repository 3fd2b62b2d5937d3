"""One run of the gate on itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from harness import environment as environments
from harness.errors import SideBroken
from harness.gate import units
from harness.gate.collection import is_hurried
from harness.gate.journal import Journal
from harness.gate.judge import LOOKS
from harness.gate.rounds import Bench, Limits, find_cases, run
from harness.gate.selftest.runs import Run, store
from harness.gate.sequential import SequentialTest
from harness.gate.settings import GateSettings
from harness.gate.values import SIDES, Pair
from harness.lockstep.process import Command
from harness.lockstep.turns import OutOfTime, Timeouts

KNOWN_COSTS = Path(__file__).parent.parent / "known_costs"


def bench(planted: float, settings: GateSettings) -> Bench:
    """Return what measures the benchmarks of known cost, head with more work by `planted`."""
    amounts = {"base": 0.0, "head": planted}
    commands = {
        side: Command(
            (sys.executable, "-m", "harness_side.benchmarks", "test_known_costs.py"),
            KNOWN_COSTS,
            variables={"HARNESS_PLANTED": str(amounts[side])},
            threads=settings.threads,
            later=True,
        )
        for side in SIDES
    }
    burst = units.seconds(settings.burst)
    # Neither the settings nor the cache of a project around the package are theirs.
    own = ("-c", os.devnull, f"--rootdir={KNOWN_COSTS}", "-pno:cacheprovider")
    return Bench(commands, (f"--benchmark-max-time={burst:g}", *own), burst)


def measure(
    planted: float,
    folder: Path,
    deadline: float,
    progress: Callable[[SequentialTest], None] | None = None,
) -> Run | None:
    """Run the gate on itself once and store the run.

    Parameters
    ----------
    planted : float
        Share of work that head does more; 0 for equal sides.
    folder : Path
        Where the run is stored.
    deadline : float
        On the monotonic clock; a run that it ends is not stored, since it had fewer looks.
    progress : callable, optional
        ``progress(test)``, called after every round.

    Returns
    -------
    Run or None
        None when it did not come to its end.

    Raises
    ------
    SideBroken
        If a benchmark does not load or run, as when pytest-benchmark is not installed.
    """
    settings, snapshot = GateSettings(), environments.snapshot()
    timeouts = Timeouts(deadline=deadline)
    try:
        hurried = is_hurried(timeouts)
        found = find_cases([bench(planted, settings)], timeouts)
    except OutOfTime:
        return None
    if found.apart and hurried:
        return None
    for missing in found.apart:
        raise SideBroken("both sides", f"{missing.case}: {missing.reason}")
    limits = Limits(settings.thresholds, deadline, "", timeouts, LOOKS, progress, alone=False)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with Journal(folder / "selftest", {"planted": planted, "started": started}) as journal:
        test, partial = run(found, limits, journal)
    if partial == "interrupted":
        raise KeyboardInterrupt
    _refuse_errors(test.pairs)
    done = Run(planted, test.pairs, snapshot, started)
    return None if partial else store(folder, done)


def _refuse_errors(pairs: Iterable[Pair]) -> None:
    """Raise on the first benchmark that failed: the self-test has no decision to make of it."""
    for pair in pairs:
        for side, sample in (("base", pair.base), ("head", pair.head)):
            if sample.error:
                raise SideBroken(side, f"{pair.case}: {sample.error}")


def missing_runs(decisions: Mapping[float, int], runs: Iterable[Run]) -> Iterator[float]:
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
        have[one.planted] = have.get(one.planted, 0) + len({pair.case for pair in one.pairs})
    while missing := [size for size, count in decisions.items() if have[size] < count]:
        size = min(missing, key=lambda each: have[each] / decisions[each])
        have[size] += 10  # the benchmarks of a run
        yield size
