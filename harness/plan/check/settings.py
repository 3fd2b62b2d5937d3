"""The settings of cases: tables that do not go together, data and shapes that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness import datasets
from harness.config.model import Model
from harness.config.settings import Settings
from harness.config.shapes import ShapeError, parameter_count, place
from harness.datasets.dataset import Facts
from harness.datasets.roots import Roots
from harness.errors import UsageError
from harness.experiments.experiment import Experiment
from harness.plan.expand import Plans
from harness.plan.names import Complaint, Path
from harness.suite.schema import Suite
from harness.types import Case

MOST_NUMBERS = 1_000_000_000
"""What a cell may train, at most; in single precision 4 GB."""


def complaints(plans: Plans) -> Iterator[Complaint]:
    """Yield what is wrong with the settings of the cases, and profiles that have none."""
    seen: set[tuple[object, ...]] = set()  # profiles and cases share tables, each one object
    for plan in plans:
        if not plan.cases:
            yield ("grid",), f"the {plan.profile} profile must have at least one case, got none"
        for case in plan.cases:
            values = case.settings
            if _first(seen, case.experiment, id(values)):
                yield from _case(case, plans)
                if _first(seen, id(values.data), id(values.model)):
                    yield from _data(values)


def _first(seen: set[tuple[object, ...]], *key: object) -> bool:
    """Whether a key was not seen before; it is from now on."""
    before = len(seen)
    seen.add(key)
    return len(seen) > before


def _case(case: Case, plans: Plans) -> Iterator[Complaint]:
    experiment, values, suite = plans.known.of(case), case.settings, plans.suite
    yield from _missing_tables(experiment, values)
    if experiment.complaints is not None:
        yield from (_placed(suite, *one) for one in experiment.complaints(values))
    if experiment.absent is not None:
        yield from (_placed(suite, *one) for one in experiment.absent(values, case.home))
    if values.train is not None:
        yield from _inside("train", values.train.complaints())


def _placed(suite: Suite, path: tuple[str, ...], message: str) -> Complaint:
    """Return a complaint about a key where the file has what is wrong: there, or in a grid.

    Of the tables that name code a grid may give another value than the table does.
    """
    if path[:1] == ("speed",) or (path[:1] == ("params",) and path not in suite.text.lines):
        for position, grid in enumerate(suite.grid):
            if path[1:] and path[1] in grid.axes:
                return ("grid", position, path[1]), message
    return path, message


def _missing_tables(experiment: Experiment, values: Settings) -> Iterator[Complaint]:
    for table in experiment.requires:
        if not getattr(values, table):
            yield (table,), f"the experiment {experiment.name!r} must have a [{table}] table"


def _data(values: Settings) -> Iterator[Complaint]:
    data = values.data
    if data is None:
        return
    if wrong := [*data.complaints()]:
        yield from _inside("data", wrong)
        return
    try:
        facts = datasets.facts(data, Roots.find(None), {})
    except UsageError as error:
        yield ("data",), str(error)
        return
    if facts is not None:
        yield from _inside("data", datasets.complaints(data, facts))
        if values.model is not None:
            yield from _shapes(values.model, facts)


def _inside(table: str, complaints: Iterable[tuple[str, str]]) -> Iterator[Complaint]:
    yield from (((table, key), message) for key, message in complaints)


def _shapes(model: Model, facts: Facts) -> Iterator[Complaint]:
    inside: Path = ("layers",) if model.layers else ("hidden",)
    try:
        parameters = parameter_count(place(model, facts.shape, facts.outputs))
    except ShapeError as error:
        place_of = (*inside, error.layer) if model.layers else inside
        yield ("model", *place_of), str(error)
        return
    if parameters > MOST_NUMBERS:
        message = f"must have at most {MOST_NUMBERS:,} parameters, got {parameters:,}"
        yield ("model", *inside), message
