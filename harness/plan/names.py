"""Whether the names in a suite are known, as `harness.plan.expand` assumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness import backends, datasets
from harness.code.project import Project, matching
from harness.config.experiments import RECORDED
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments.registry import SuiteExperiments
from harness.plan.axes import TOP, Axes
from harness.suite.explain import with_type
from harness.suite.schema import Suite
from harness.words import unknown

Path = tuple[str | int, ...]
Complaint = tuple[Path, str]


def complaints(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    """Yield every name that there is not, and every empty list, by its place in the file."""
    yield from _names(suite, known)
    yield from _empty(suite)
    yield from _quick_keys(suite, known)
    yield from _depends(suite, known)


def _names(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    yield from _named(("experiment",), "experiment", suite.experiment, known)
    if RECORDED in suite.experiments:
        message = f"{RECORDED} reads a file: give [records] file = ... in place of an experiment"
        yield ("experiment",), message
    for position, grid in enumerate(suite.grid):
        for axis in TOP:
            for index, value in enumerate(grid.axes.get(axis, [])):
                yield from _named(("grid", position, axis, index), axis, value, known)
    if suite.data is not None:
        yield from _named(("data", "dataset"), "data set", suite.data.dataset, known)


def _named(path: Path, what: str, value: Any, known: SuiteExperiments) -> Iterator[Complaint]:
    if not isinstance(value, str):
        article = "an" if what[0] in "aeiou" else "a"
        yield path, f"must be the name of {article} {what}, got {with_type(value)} instead"
        return
    try:
        if what == "experiment":
            known.get(value)
        elif what == "backend":
            backends.get(value)
        elif what == "data set" and value not in datasets.CATALOGUE:
            yield path, datasets.CATALOGUE.unknown(value)
        elif what == "device" and value not in DEVICES:
            yield path, DEVICES.unknown(value)
    except UsageError as error:
        yield path, str(error)


def _empty(suite: Suite) -> Iterator[Complaint]:
    for position, grid in enumerate(suite.grid):
        for axis, values in grid.axes.items():
            if not values:
                yield ("grid", position, axis), "must list at least one value, got [] instead"


def _quick_keys(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    valid = {*Axes.of(suite, known).tables, "seeds"} - {"experiment"}
    for table in ("quick", "stand_in"):
        for key, value in getattr(suite, table).items():
            if key not in valid:
                yield (table, key), unknown("key", key, valid)
            elif key == "seeds" and not (type(value) is int and value > 0):
                yield (table, key), f"must be a positive integer, got {with_type(value)} instead"
            elif key in ("backend", "device"):
                for one in value if isinstance(value, list) else [value]:
                    yield from _named((table, key), key, one, known)
            elif key == "dataset":
                yield from _named((table, key), "data set", value, known)


def _depends(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    project = Project.of(suite.home)
    for index, pattern in enumerate(suite.depends):
        if not matching(pattern, project):
            yield ("depends", index), f"must match a file, got {pattern!r}, none in {project.root}"
    if suite.depends and not any(_is_of_user(name, known) for name in suite.experiments):
        yield (
            ("depends",),
            "must stand beside a function or a command of your own, whose files it adds",
        )


def _is_of_user(name: str, known: SuiteExperiments) -> bool:
    try:
        return known.get(name).code is not None
    except UsageError:
        return True  # named by itself
