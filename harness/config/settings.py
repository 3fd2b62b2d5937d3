"""The tables of settings: those that a suite may have, and the validated ones of one case."""

from __future__ import annotations

from typing import Any, get_args

from harness.config.data import Data
from harness.config.experiments import Command, Knn, Probe, Speed, Timing
from harness.config.model import Model
from harness.config.table import Table
from harness.config.train import Train


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
