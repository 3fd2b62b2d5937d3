"""From a suite's ``[data]`` table to a data set, with stand-ins always explicit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from harness.config.data import Data
from harness.datasets import catalogue
from harness.datasets.dataset import Dataset, Facts, Loader, Roots
from harness.errors import DataUnfit, UsageError
from harness.types import Array

NO_STAND_INS: Mapping[str, str] = {}


def load(
    data: Data,
    roots: Roots,
    rng: np.random.Generator,
    use: Mapping[str, str] = NO_STAND_INS,
) -> Dataset:
    """Read the data set that stands for the requested one.

    Parameters
    ----------
    data : Data
        The suite's table.
    roots : Roots
        Where files are.
    rng : Generator
        The cell's ``data`` stream; only ``synthetic`` draws from it.
    use : mapping of str to str
        Stand-ins, requested name to used: ``{"cifar10": "cifar10-jpeg"}``; a value may be
        ``"parquet:PATH"`` or ``"imagefolder:PATH"``.

    Returns
    -------
    Dataset
        Its ``used`` says what was requested and what was read.

    Raises
    ------
    UsageError, DataMissing, DataCorrupt, DataError
    """
    chosen = _choose(data, roots, use)
    dataset = chosen.loader.load(chosen.data, rng)
    used = replace(
        dataset.used,
        requested=data.dataset,
        used=chosen.label,
        same_images=chosen.same_images,
    )
    return _targets_for(replace(dataset, used=used), data)


def missing(data: Data, roots: Roots, use: Mapping[str, str] = NO_STAND_INS) -> str | None:
    """Return None if `load` will find its files, else what is missing, where, and the remedy.

    Raises
    ------
    UsageError
        If a name is unknown or the table does not fit the data set.
    """
    chosen = _choose(data, roots, use)
    return chosen.loader.missing(chosen.data)


def facts(data: Data, roots: Roots, use: Mapping[str, str] = NO_STAND_INS) -> Facts | None:
    """Return what is known of the data set to be used without reading files, if anything.

    Raises
    ------
    UsageError
        As for `missing`.
    """
    chosen = _choose(data, roots, use)
    return _facts_for(chosen.loader.facts(chosen.data), data)


def class_names(name: str) -> tuple[str, ...]:
    """Return the class names of a data set known beforehand, ``()`` for any other."""
    try:
        known = facts(Data(dataset=name), Roots.find())
    except UsageError:  # it needs a path or a table: its classes are known once it is read
        return ()
    return known.classes if known else ()


def parse_use(pairs: Iterable[str]) -> dict[str, str]:
    """Return the stand-ins of ``--use A=B`` arguments.

    Raises
    ------
    UsageError
        If one is not of that form or names an unknown data set.
    """
    stand_ins = {}
    for pair in pairs:
        requested, equals, used = pair.partition("=")
        if not (requested and equals and used):
            raise UsageError(f"--use must be REQUESTED=USED, got {pair!r}")
        catalogue.entry(requested)
        _stand_in(used)
        stand_ins[requested] = used
    return stand_ins


@dataclass(frozen=True)
class _Chosen:
    loader: Loader
    data: Data
    label: str
    same_images: bool


def _choose(data: Data, roots: Roots, use: Mapping[str, str]) -> _Chosen:
    requested = catalogue.loader(data.dataset, roots)
    if data.dataset not in use:
        _check_path(data)
        return _Chosen(requested, data, data.dataset, same_images=True)
    label = use[data.dataset]
    name, path = _stand_in(label)
    used = catalogue.loader(name, roots)
    return _Chosen(
        used,
        data.model_copy(update={"dataset": name, "path": path}),
        label,
        same_images=path is None and _original(used) == _original(requested),
    )


def _stand_in(label: str) -> tuple[str, str | None]:
    """Return (name, path) of ``"digits"`` or ``"parquet:PATH"``."""
    name, colon, path = label.partition(":")
    takes_path = catalogue.entry(name).takes_path
    if takes_path and not path:
        raise UsageError(f"--use must give the folder as {name}:PATH, got {label!r}")
    if colon and not takes_path:
        raise UsageError(f"--use must name {name} without a path, got {label!r}")
    return name, path or None


def _check_path(data: Data) -> None:
    if data.path is not None and not catalogue.entry(data.dataset).takes_path:
        takers = [name for name in catalogue.names() if catalogue.entry(name).takes_path]
        raise UsageError(
            f"data.path must be left out with dataset = {data.dataset!r}, got {data.path!r}; "
            f"it belongs to: {', '.join(takers)}"
        )


def _original(loader: Loader) -> str:
    return loader.copy_of or loader.name


def _facts_for(facts: Facts | None, data: Data) -> Facts | None:
    """Return the facts with one output and no classes when labels are taken as values."""
    if facts is None or data.targets == "classes":
        return facts
    return replace(facts, outputs=1, classes=())


def _targets_for(dataset: Dataset, data: Data) -> Dataset:
    """Return the data set with its labels as float32 targets (n, 1) when that is asked.

    Raises
    ------
    DataUnfit
        If its targets are no class labels.
    """
    facts = _facts_for(dataset.facts, data)
    if facts is None or data.targets == "classes":
        return dataset
    if not np.issubdtype(dataset.y_train.dtype, np.integer):
        raise DataUnfit(
            'data.targets = "value" must be given class labels, got targets of '
            f"{dataset.y_train.dtype} in data set {data.dataset!r}; leave it out"
        )
    y_train, y_test = _column(dataset.y_train), _column(dataset.y_test)
    return replace(dataset, facts=facts, y_train=y_train, y_test=y_test)


def _column(labels: Array) -> Array:
    return np.asarray(labels, np.float32)[:, None]
