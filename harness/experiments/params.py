"""How the keys of ``[params]`` are read: by the table of whoever asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from harness import digest
from harness.config.table import Table
from harness.errors import UsageError
from harness.words import shortened


class ParamsError(UsageError):
    """A key of ``[params]`` is unknown, or its value does not fit."""


def read_params(table: type[Table], values: Mapping[str, Any], asked_by: str) -> Any:
    """Return ``[params]`` as an instance of `table`.

    Raises
    ------
    ParamsError
        If a key is unknown or a value does not fit.
    """
    try:
        return table.model_validate_json(digest.canonical(values))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in detail["loc"])
        keys = ", ".join(table.model_fields) or "none"
        raise ParamsError(
            f"[params] {key} of {asked_by}: {detail['msg']}, "
            f"got {shortened(repr(detail.get('input')))}; "
            f"its keys are: {keys}"
        ) from None
