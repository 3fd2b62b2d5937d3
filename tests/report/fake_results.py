"""Constructed records, and the suites and plans around them, that need no run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness import report
from harness.config.experiments import Settings
from harness.report.results import SuiteResults
from harness.suite.schema import Suite
from harness.types import (
    Array,
    Case,
    DataUsed,
    Environment,
    Profile,
    Record,
    Scalar,
    Verdict,
)

LAPTOP = Environment(
    "env-laptop",
    "class-laptop",
    "x86_64 AMD EPYC, 2 cores",
    {
        "processor": "AMD EPYC 7R13, 2 cores",
        "memory": "8 GiB",
        "python": "3.11.7",
        "numpy": "2.3.1",
        "torch": "2.13.0+cpu",
        "blas": "openblas, 2 threads",
        "commit": "8dcbfdf3c0ffee8dcbfdf3c0ffee8dcbfdf3c0ff",
        "dirty": "no",
    },
)
SERVER = Environment(
    "env-server",
    "class-server",
    "x86_64 Intel Xeon, 16 cores, NVIDIA H100",
    {"processor": "Intel Xeon, 16 cores", "torch": "2.13.0+cu130", "cuda": "13.0"},
)
MNIST = DataUsed("mnist", "mnist", "ab12" * 16, same_images=True)
STAND_IN = DataUsed("cifar10", "cifar10-jpeg", "cd34" * 16, same_images=True)


@dataclass
class FakeArchive:
    """Records in memory; arrays by (cell, name)."""

    records: Sequence[Record]
    stored: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(
        default_factory=lambda: {e.id: e for e in (LAPTOP, SERVER)}
    )

    def of(self, suite: str) -> Sequence[Record]:
        return [record for record in self.records if record.suite == suite]

    def array(self, record: Record, name: str) -> Array:
        return self.stored[record.cell, name]


class Maker:
    """Collects records and arrays."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.stored: dict[tuple[str, str], Array] = {}

    def add(
        self,
        suite: str,
        experiment: str,
        axes: Mapping[str, Scalar],
        seed: int = 0,
        *,
        status: str = "ok",
        reason: str = "",
        arrays: Mapping[str, Array] | None = None,
        environment: str = LAPTOP.id,
        **more: Any,
    ) -> Record:
        full = {"experiment": experiment, **axes}
        case = f"{suite}:" + ",".join(f"{k}={v}" for k, v in full.items())
        cell = f"{case}#{seed}@{environment}"
        held = arrays or {}
        record = Record(
            cell=cell,
            case=case,
            suite=suite,
            experiment=experiment,
            axes=full,
            seed=seed,
            status=status,  # type: ignore[arg-type]
            reason=reason,
            environment=environment,
            arrays=dict.fromkeys(held, "file.npz"),
            wall_s=3.2,
            started="2026-03-01T12:00:00+00:00",
            **more,
        )
        self.stored.update({(cell, name): array for name, array in held.items()})
        self.records.append(record)
        return record

    def archive(self) -> FakeArchive:
        return FakeArchive(tuple(self.records), dict(self.stored))


def suite_of(**tables: Any) -> Suite:
    """Return a suite from plain tables, the way a TOML file would give them."""
    base: dict[str, Any] = {
        "schema": 1,
        "id": "demo",
        "title": "A demonstration",
        "source": {"key": "dl-foundation", "section": "14"},
        "experiment": "train",
        "grid": [{"axes": {"backend": ["numpy"]}}],
    }
    return Suite.model_validate_json(json.dumps({**base, **tables}))


def cases_of(records: Sequence[Record]) -> tuple[Case, ...]:
    """Return the plan behind records."""
    found = {}
    for r in records:
        found[r.case] = Case(
            id=r.case,
            suite=r.suite,
            experiment=r.experiment,
            backend=str(r.axes.get("backend", "numpy")),
            device=str(r.axes.get("device", "cpu")),
            axes=r.axes,
            settings=Settings(),
            protocol=not r.deviation,
            deviation=r.deviation,
        )
    return tuple(found.values())


def plans_of(suites: Sequence[Suite], archive: FakeArchive) -> dict[str, tuple[Case, ...]]:
    """Return a plan per suite."""
    return {s.id: cases_of([r for r in archive.records if r.suite == s.id]) for s in suites}


def results_of(
    suites: Sequence[Suite],
    archive: FakeArchive,
    profile: Profile,
    verdicts: Sequence[Verdict] = (),
) -> list[SuiteResults]:
    """Return what the records of each suite show on a page."""
    return report.results_of(suites, plans_of(suites, archive), archive, profile, verdicts)
