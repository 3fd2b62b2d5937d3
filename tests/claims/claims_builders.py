"""Cases, records and archives made by hand for the judge's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.claims import judge, rule_of
from harness.claims.rules.rule import Evidence
from harness.claims.select import tracks
from harness.config.claim import Claim
from harness.config.experiments import Settings
from harness.suite.schema import Grid, Suite
from harness.types import Case, DataUsed, Environment, Finding, Record, Series, Verdict

HERE = Environment("env-1", "class-1", "x86_64 AMD EPYC, 2 cores", {})
COMPARE = {"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}}


@dataclass(frozen=True)
class Shelf:
    """An archive in memory."""

    records: Sequence[Record]
    environments: Mapping[str, Environment] = field(default_factory=lambda: {HERE.id: HERE})
    arrays: Mapping[tuple[str, int, str], np.ndarray] = field(default_factory=dict)

    def of(self, suite: str) -> Sequence[Record]:
        return self.records

    def array(self, record: Record, name: str) -> np.ndarray:
        return self.arrays[record.case, record.seed, name]


def case(name: str, backend: str = "numpy", device: str = "cpu", **axes: Any) -> Case:
    """A case of the suite `s`; its id is `name` on its track, `kinds` those of its metrics."""
    protocol, deviation = axes.pop("protocol", True), axes.pop("deviation", "")
    kinds = axes.pop("kinds", {})
    named = {"experiment": "train", "backend": backend, "device": device, **axes}
    ident = f"{name}@{backend}/{device}"
    return Case(
        ident, "s", "train", backend, device, named, Settings(), protocol, deviation, kinds=kinds
    )


def of_kind(kind: str, metric: str = "acc") -> tuple[Case, Case]:
    """The two sides of `COMPARE`, whose metric is a number of that kind."""
    first, second = (case(name, optimizer=name, kinds={metric: kind}) for name in ("adam", "sgd"))
    return first, second


A, B = (case(name, optimizer=name) for name in ("adam", "sgd"))
SHARED = np.array([0.3, -0.2, 0.9, 0.0, -0.6, 0.4, 0.1, -0.8, 0.5, -0.1])
"""What a seed adds to both sides of a pair."""


def record(of: Case, seed: int, **fields: Any) -> Record:
    """An `ok` record unless `fields` say otherwise."""
    started = fields.pop("started", f"2025-01-01T00:00:{seed % 60:02d}")
    environment = fields.pop("environment", HERE.id)
    base: dict[str, Any] = {"status": "ok", "reason": "", **fields}
    return Record(
        cell=f"{of.id}-{seed}-{environment}",
        case=of.id,
        suite="s",
        experiment=of.experiment,
        axes=of.axes,
        seed=seed,
        environment=environment,
        started=started,
        **base,
    )


def runs(of: Case, values: Sequence[float], metric: str = "acc", **fields: Any) -> list[Record]:
    """One record per value, seeds 0, 1, ..."""
    return [record(of, i, metrics={metric: float(v)}, **fields) for i, v in enumerate(values)]


def skipped(of: Case, n: int = 8, **fields: Any) -> list[Record]:
    """Records of cells that could not run on this machine, seeds 0, 1, ..."""
    fields = {"status": "skipped", "reason": "torch sees no CUDA device", **fields}
    return [record(of, seed, **fields) for seed in range(n)]


def pair(
    a: Sequence[float], b: Sequence[float], of: tuple[Case, Case] | None = None
) -> list[Record]:
    """The values of both sides of `COMPARE`, paired by seed."""
    first, second = of or (A, B)
    return [*runs(first, a), *runs(second, b)]


def over_examples(of: Case, *arrays: Sequence[float], metric: str = "acc") -> Shelf:
    """A shelf with one record per array."""
    records = [record(of, i, arrays={metric: f"{i}.npz"}) for i in range(len(arrays))]
    stored = {(of.id, i, metric): np.asarray(a) for i, a in enumerate(arrays)}
    return Shelf(records, arrays=stored)


def merged(*shelves: Shelf) -> Shelf:
    """All records and arrays on one shelf."""
    arrays = {key: a for shelf in shelves for key, a in shelf.arrays.items()}
    return Shelf([r for shelf in shelves for r in shelf.records], arrays=arrays)


def claim(**keys: Any) -> Claim:
    """A claim about `acc`, with the keys given."""
    source = {"key": "doc", "section": "3"}
    return Claim.model_validate(
        {"id": "c", "quote": "q", "metric": "acc", "source": source, **keys}
    )


def suite(*claims: Claim) -> Suite:
    """A suite that holds nothing but claims."""
    text = {
        "schema": 1,
        "id": "s",
        "title": "S",
        "experiment": "train",
        "grid": (Grid(axes={"backend": ["numpy"]}),),
    }
    return Suite.model_validate(text).model_copy(update={"claims": claims})


def verdict(about: Claim, cases: Sequence[Case], archive: Shelf | Sequence[Record]) -> Verdict:
    """Judge one claim."""
    shelf = archive if isinstance(archive, Shelf) else Shelf(archive)
    (found,) = judge(suite(about), cases, shelf, {"doc": "002"})
    return found


def finding_at(
    alpha: float, about: Claim, cases: Sequence[Case], records: Sequence[Record]
) -> Finding:
    """Judge one claim on its only track, with that chance of a false verdict."""
    (track,) = tracks(about, cases)
    held = {of.id: [r for r in records if r.case == of.id] for of in cases}
    return rule_of(about).judge(Evidence(about, track, held, Shelf(records), alpha))


def used(requested: str, name: str, *, same: bool) -> DataUsed:
    return DataUsed(requested, name, "f" * 64, same)


def curve(*y: float) -> Series:
    return Series(tuple(range(1, len(y) + 1)), y)


def spread(mean: float, sd: float, n: int) -> np.ndarray:
    """n values with exactly this mean and standard deviation, up to rounding."""
    raw = np.linspace(-1.0, 1.0, n)
    return mean + sd * raw / raw.std(ddof=1)
