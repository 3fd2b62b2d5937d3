"""The validated tables of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.config.data import Data
from harness.config.experiments import Command, Knn, Probe, Speed, Timing
from harness.config.model import Model
from harness.config.table import Table
from harness.config.train import Train

TABLES: dict[str, type[Table]] = {
    "data": Data,
    "model": Model,
    "train": Train,
    "knn": Knn,
    "timing": Timing,
    "probe": Probe,
    "command": Command,
    "speed": Speed,
}
"""The tables of settings that a suite may have; `Settings` has a field for each."""


@dataclass(frozen=True)
class Settings:
    """The tables of one case; those that its experiment does not use are None."""

    data: Data | None = None
    model: Model | None = None
    train: Train | None = None
    knn: Knn | None = None
    timing: Timing | None = None
    probe: Probe | None = None
    command: Command | None = None
    speed: Speed | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def non_default(self) -> dict[str, Any]:
        """Return what differs from the defaults as JSON values: what an id is made of."""
        tables = {name: getattr(self, name) for name in TABLES}
        given = {name: table.settings() for name, table in tables.items() if table is not None}
        return given | ({"params": dict(self.params)} if self.params else {})
