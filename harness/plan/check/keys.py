"""Keys of the tables beside the grid: those that nothing reads, and seeds."""

from __future__ import annotations

from collections.abc import Iterator

from harness.config.experiments import IMPLIED
from harness.config.kinds import is_named
from harness.config.settings import TABLES
from harness.experiments.experiment import Experiment
from harness.plan.check.selections import left_by
from harness.plan.expand import Plans
from harness.plan.names import Complaint
from harness.types import Case
from harness.words import unknown


def seeds(plans: Plans) -> Iterator[Complaint]:
    """Yield a bound of the seeds that lies below their number."""
    given = plans.suite.seeds
    if given.most is not None and given.most < given.count:
        yield ("seeds", "most"), f"must be count = {given.count} or more, got {given.most}"


def unread(plans: Plans) -> Iterator[Complaint]:
    """Yield the keys of ``[params]`` that no case reads: most likely misspelt."""
    read = {
        key for plan in plans for case in plan.cases for key in _read(plans.known.of(case), case)
    }
    for key in plans.suite.params:
        if key not in read:
            known = sorted(_readable(plans))
            nothing = "" if known else " No case of the suite reads a key of [params]."
            yield ("params", key), unknown("key of [params]", key, known) + nothing


def beside(plans: Plans) -> Iterator[Complaint]:
    """Yield the tables that say what is to be run, where something else is run."""
    read = {t for plan in plans for case in plan.cases for t in plans.known.of(case).tables}
    for table in IMPLIED.keys() - read:
        if table in TABLES and getattr(plans.suite, table) is not None:
            yield (table,), "must not stand beside an experiment that is another; drop one of them"


def _read(experiment: Experiment, case: Case) -> set[str]:
    given, asks = {*case.settings.params}, experiment.asks
    return given if asks is None else given & asks(case.settings, case.home)


def _readable(plans: Plans) -> set[str]:
    known: set[str] = set()
    for plan in plans:
        for case in plan.cases:
            experiment = plans.known.of(case)
            if experiment.reads is not None:
                known |= experiment.reads(case.settings)
            if experiment.asks is not None:
                known |= experiment.asks(case.settings, case.home)
    return known


def kinds(plans: Plans) -> Iterator[Complaint]:
    """Yield the names in ``[kinds]`` of which no case of the suite leaves a number."""
    if not plans.suite.kinds:
        return
    names = left_by((case for plan in plans for case in plan.cases), plans.known)
    for name in plans.suite.kinds:
        if name == "diverged":
            yield ("kinds", name), "must not be given: whether a run diverged is 0 or 1"
        elif names is not None and not is_named(name, names):
            yield ("kinds", name), unknown("metric", name, names)
