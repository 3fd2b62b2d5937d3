"""The tables of experiments that do not train, and all tables that a suite or a case may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from harness.config.data import Data
from harness.config.model import Model
from harness.config.table import Amount, Count, Table
from harness.config.train import Train

Name = Annotated[str, Field(min_length=1)]
Work = Name | Annotated[tuple[Name, ...], Field(min_length=1)]
"""A function by name, or a command."""
RECORDED = "recorded"
"""The experiment of a suite that has a file in place of one."""


class Knn(Table):
    """k-nearest-neighbour classification, L2, majority vote, smallest label wins ties.

    Attributes
    ----------
    n_neighbors
        Every k, all answered from one neighbour search.
    implementation
        ``two_loops``, ``one_loop`` or ``no_loop``, which find the same; ``formula``, which rounds
        as published. A backend offers those it has.
    cv_folds
        0, or the number of folds of a cross-validation on the training images instead of
        the test images.
    panel
        Test images whose nearest neighbours are kept for a figure.
    """

    n_neighbors: tuple[Count, ...] = (1,)
    implementation: Literal["two_loops", "one_loop", "no_loop", "formula"] = "no_loop"
    cv_folds: Amount = 0
    panel: Amount = 0


class Timing(Table):
    """What to time and how often.

    Attributes
    ----------
    workload
        ``train``: epochs, steps and inference of ``[model]`` under ``[train]``;
        ``neighbors``: the search of ``[knn]``; ``step``: single optimizer steps only;
        ``kernel``: one operation of `harness.experiments.timing.kernels`.
    kernel, variant
        For workload ``kernel``: the operation, and which of its ways of computing the same; its
        sizes stand in ``[params]``.
    warmup, repeats
        Units discarded, and units whose raw seconds are kept.
    transfer
        Where batches come from on an accelerator: ``resident`` on the device, ``copy`` from
        pageable memory each step, ``pinned`` from page-locked memory, ``non_blocking``.
    threads
        Threads the backend may use; 0 for all cores.
    """

    workload: Literal["train", "neighbors", "step", "kernel"] = "train"
    kernel: str = ""
    variant: str = ""
    warmup: Amount = 1
    repeats: Count = 5
    transfer: Literal["resident", "copy", "pinned"] = "resident"
    threads: Amount = 0


class Probe(Table):
    """A named measurement that is neither training nor timing.

    Attributes
    ----------
    name
        A key of `harness.experiments.probe`; the probe's own settings stand in ``[params]``.
    grad
        For ``memory``: whether the graph is kept.
    """

    name: str
    grad: bool = True


class Command(Table):
    """A program in any language that measures; ``command = ["Rscript", "fit.R"]`` is short for it.

    Its metrics are the JSON on the last line that it prints, or in the file `output`: an object of
    names and numbers, or a number.

    Attributes
    ----------
    run
        The program and its arguments; no shell reads them. ``{seed}`` and the keys of ``[params]``
        in braces are filled in, ``{{`` and ``}}`` are braces. It runs in the root of the project.
    output
        The file in which it leaves its metrics, if not on its last line. ``{output}`` in `run` is
        then a file of that name in a folder of each cell's own; without that, cells run one by one.
    """

    run: tuple[str, ...] = Field(min_length=1)
    output: str = ""


class Speed(Table):
    """Two functions, or two commands, to be timed against each other.

    Attributes
    ----------
    a, b
        A function, ``"bench/sorting.py:merge"`` or ``"package.module:function"``; or a command as a
        list, in which ``{seed}`` and keys of ``[params]`` in braces are filled in.
    setup
        A function whose result both are handed, made outside of the clock; a tuple is several
        arguments. It is itself given what it asks for by name: ``seed``, ``rng``, keys of
        ``[params]``.
    fresh
        Whether every call gets what an own call of `setup` makes: for what changes its arguments.
    burst
        Seconds that either side is measured in a cell.
    processors
        How many of them either side is kept on, and threads that its numerical libraries use.
    """

    a: Work
    b: Work
    setup: str = ""
    fresh: bool = False
    burst: float = Field(default=0.2, gt=0.0, le=600.0)
    processors: int = Field(default=1, ge=1, le=1024)


class Recorded(Table):
    """A file that is read in place of running anything; a row of it is one independent run.

    Columns of text tell cases apart, and so does any column that a claim or a figure selects by.
    The other columns of numbers are metrics.

    Attributes
    ----------
    file
        Its path from the folder of the suite, or several of one kind: CSV, parquet, JSON lines, a
        JSON list, or what pytest-benchmark wrote.
    axes
        Further columns that tell cases apart.
    ignore
        Columns of text that do not: when a run was made, who made it.
    pair
        The column whose equal values pair the rows of two cases; ``seed`` where there is one. In
        no column, rows are paired in the order of the file.
    rows
        ``examples``: a row is one test example, and claims over examples are about them.
    hardware
        Where the numbers were measured, in words, for claims that name their hardware.
    """

    file: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    axes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    pair: str = ""
    rows: Literal["runs", "examples"] = "runs"
    hardware: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The files, be it one or several."""
        return (self.file,) if isinstance(self.file, str) else self.file


@dataclass(frozen=True)
class Defaults:
    """What is meant where a suite does not say.

    Attributes
    ----------
    experiment : str
        Its experiment, ``""`` when it must be given.
    seeds : int
        Its repetitions.
    metric : str
        What its claims are about.
    """

    experiment: str = ""
    seeds: int = 1
    metric: str = "value"


IMPLIED: Mapping[str, Defaults] = MappingProxyType(
    {
        "speed": Defaults("speed", seeds=10, metric="speedup"),
        "command": Defaults("command"),
        "records": Defaults("recorded"),
    }
)
"""By the key that stands in a suite."""


def implied(keys: Iterable[str]) -> Defaults:
    """Return what a suite with such keys means where it does not say."""
    return next((IMPLIED[key] for key in keys if key in IMPLIED), Defaults())


class Tables(Table):
    """What may be set of a case: the one list of tables, for suite files and for cases."""

    data: Data | None = None
    model: Model | None = None
    train: Train | None = None
    knn: Knn | None = None
    timing: Timing | None = None
    probe: Probe | None = None
    command: Command | None = None
    speed: Speed | None = None
    params: dict[str, Any] = {}

    def non_default(self) -> dict[str, Any]:
        """Return what differs from the defaults as JSON values: what an id is made of."""
        tables = {name: getattr(self, name) for name in TABLES}
        given = {name: table.settings() for name, table in tables.items() if table is not None}
        return given | ({PARAMS: dict(self.params)} if self.params else {})


PARAMS = "params"
"""The table whose keys are the user's own."""

TABLES: dict[str, type[Table]] = {
    name: get_args(field.annotation)[0]
    for name, field in Tables.model_fields.items()
    if name != PARAMS
}
"""The tables whose keys we know, by name."""


class Settings(Tables):
    """The tables of one case; those that its experiment does not use are None."""
