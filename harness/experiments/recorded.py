"""The experiment of suites whose numbers are in a file already: ``[records] file = ...``.

Its cells are never run: `harness.plan.recorded` makes their records of the rows of the file. So
that the rest of the line need not know, it is an experiment like the others, which leaves the
metrics that the file has columns for.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.config.experiments import RECORDED, Settings
from harness.config.kinds import DEFAULT, Kind
from harness.errors import UsageError
from harness.experiments.experiment import Context, Experiment
from harness.types import Outcome

COLUMNS = "columns"
"""The key of ``[params]`` with the columns that hold metrics."""


def run(context: Context) -> Outcome:  # noqa: ARG001 - one signature for all
    """Refuse: there is nothing to run.

    Raises
    ------
    UsageError
        Always.
    """
    raise UsageError(
        f"the experiment {RECORDED!r} reads a file and runs nothing; give [records] file"
    )


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of the columns that hold metrics."""
    return frozenset(settings.params.get(COLUMNS, ()))


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kinds of all columns: the file, or the suite, says more."""
    return dict.fromkeys(sorted(produces(settings)), DEFAULT)


EXPERIMENT = Experiment(
    name=RECORDED,
    version=1,
    tables=("params",),
    requires=(),
    run=run,
    produces=produces,
    kinds=kinds,
)
