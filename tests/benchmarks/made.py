"""A suite of a chosen size and its records, made without a run, for the benchmarks.

Only what has long been public is imported, so that the same benchmarks time an older revision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.plan.expand import Plan, expand
from harness.suite.load import load
from harness.types import Array, Cell, Environment, Record, Series

HERE = Environment("made-here", "made-class", "x86_64-cpu made up, 2 cores", {"python": "3.11"})
SOURCES = {"notes": "001"}
EPOCHS = 20
TEXT = """\
schema = 1
id = "made"
title = "A made-up suite"
source = {{ key = "notes", section = "1" }}
experiment = "train"
[data]
dataset = "digits"
[model]
hidden = [16]
[train]
loss = "cross_entropy"
epochs = {epochs}
batch_size = 64
[seeds]
count = 10
[grid]
backend = ["numpy", "torch"]
device = ["cpu"]
optimizer = [{{ name = "sgd", lr = 0.1 }}, {{ name = "adam", lr = 0.001 }}]
l2 = {l2}
"""
CLAIMS = """
[[claims]]
id = "value-{i}"
quote = "SGD reaches 95 %"
metric = "test_accuracy"
where = {{ optimizer = "sgd", l2 = {l2} }}
expect = {{ value = 0.95, tolerance = 0.005 }}
[[claims]]
id = "better-{i}"
quote = "Adam is better than SGD by 1 %p"
metric = "test_accuracy"
where = {{ l2 = {l2} }}
compare = {{ better = {{ optimizer = "adam" }}, than = {{ optimizer = "sgd" }} }}
expect = {{ difference = 0.01, tolerance = 0.005 }}
"""
FIGURE = """
[[figures]]
id = "penalty"
kind = "line"
title = "Accuracy"
x = "l2"
y = "test_accuracy"
hue = "optimizer"
where = { backend = "numpy" }
"""


@dataclass(frozen=True)
class Memory:
    """An archive in memory."""

    records: Sequence[Record]
    environments: Mapping[str, Environment]

    def of(self, suite: str) -> Sequence[Record]:
        return self.records

    def array(self, record: Record, name: str) -> Array:
        raise KeyError(name)


def suite_file(folder: Path, penalties: int) -> Path:
    """Write a suite of 4 cases and 2 claims a penalty; return its path."""
    l2 = [round(0.001 * i, 6) for i in range(penalties)]
    claims = [CLAIMS.format(i=i, l2=value) for i, value in enumerate(l2)]
    path = folder / "made.toml"
    text = TEXT.format(epochs=EPOCHS, l2=l2) + "".join(claims) + FIGURE
    path.write_text(text, encoding="utf-8")
    return path


def plan(folder: Path, penalties: int = 5) -> Plan:
    """Return the full plan of such a suite."""
    return expand(load(suite_file(folder, penalties))).full


def records(made: Plan) -> tuple[Record, ...]:
    """Return one record a cell: accuracies around 0.95, losses that fall."""
    rng = np.random.Generator(np.random.PCG64(0))
    return tuple(_record(cell, rng) for cell in made.cells())


def archive(made: Plan) -> Memory:
    """Return the records of a plan as an archive."""
    return Memory(records(made), {HERE.id: HERE})


def _record(cell: Cell, rng: np.random.Generator) -> Record:
    gain = 0.01 if cell.case.axes["optimizer"] == "adam" else 0.0
    losses = [float(2.3 * 0.8**epoch + 0.01 * rng.random()) for epoch in range(EPOCHS)]
    accuracy = 0.95 + gain + 0.002 * float(rng.standard_normal())
    return Record(
        cell=f"{cell.case.id}-{cell.seed}",
        case=cell.case.id,
        suite=cell.case.suite,
        experiment=cell.case.experiment,
        axes=cell.case.axes,
        seed=cell.seed,
        status="ok",
        reason="",
        environment=HERE.id,
        metrics={"test_accuracy": accuracy, "train_loss": losses[-1]},
        series={"train_loss": Series(tuple(range(1, EPOCHS + 1)), tuple(losses))},
        started=f"2026-03-01T12:00:{cell.seed:02}+00:00",
    )
