"""The base of every table a suite file may hold."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A frozen TOML table: unknown keys are errors and values are never coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    def settings(self) -> dict[str, Any]:
        """Return the non-default settings as JSON values.

        Defaults are left out so that a key added to the schema later changes no hash.
        """
        return self.model_dump(mode="json", exclude_defaults=True)
