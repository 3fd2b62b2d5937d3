"""What the schema cannot see: settings that do not go together, and claims that select nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from harness import datasets
from harness.config.experiments import IMPLIED, TABLES, Settings
from harness.config.kinds import is_named
from harness.config.model import Model, ShapeError, parameter_count, place
from harness.datasets.dataset import Facts, Roots
from harness.errors import UsageError
from harness.experiments.experiment import Experiment
from harness.plan import selections
from harness.plan.expand import Plans
from harness.plan.names import Complaint, Path
from harness.plan.selections import FigureKind, FigureKinds, left_by, unsettled, wordless
from harness.suite.schema import Suite
from harness.types import Case
from harness.words import unknown

__all__ = ["FigureKind", "FigureKinds", "check", "unsettled", "wordless"]


def check(plans: Plans, sources: Collection[str], figure_kinds: FigureKinds) -> None:
    """Check everything about a suite that can be known before a cell runs.

    Parameters
    ----------
    plans : Plans
        Of the suite.
    sources : collection of str
        Keys of the documents that it may quote.
    figure_kinds : Registry
        The kinds of figure there are.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    text = plans.suite.text
    text.refuse([*of_settings(plans), *unread(plans)])
    text.refuse(beside(plans))
    text.refuse(seeds(plans))
    text.refuse(kinds(plans))
    text.refuse(
        [*selections.of_claims(plans, sources), *selections.of_figures(plans, figure_kinds)]
    )


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


MOST_NUMBERS = 1_000_000_000
"""What a cell may train, at most; in single precision 4 GB."""


def of_settings(plans: Plans) -> Iterator[Complaint]:
    """Yield what is wrong with the settings of the cases, and profiles that have none."""
    seen: set[tuple[object, ...]] = set()  # profiles and cases share tables, each one object
    for plan in plans:
        if not plan.cases:
            yield ("grid",), f"the {plan.profile} profile must have at least one case, got none"
        for case in plan.cases:
            values = case.settings
            if _first(seen, case.experiment, id(values)):
                yield from _of_case(case, plans)
                if _first(seen, id(values.data), id(values.model)):
                    yield from _of_data(values)


def _first(seen: set[tuple[object, ...]], *key: object) -> bool:
    """Whether a key was not seen before; it is from now on."""
    before = len(seen)
    seen.add(key)
    return len(seen) > before


def _of_case(case: Case, plans: Plans) -> Iterator[Complaint]:
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


def _of_data(values: Settings) -> Iterator[Complaint]:
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
