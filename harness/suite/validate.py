"""A TOML file to an instance of a model, or its problems by line and key."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from harness.errors import SuiteError
from harness.suite.explain import problems_of
from harness.suite.text import Text

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], text: Text) -> M:
    """Return a TOML file as an instance of `model`.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    try:
        # JSON mode is strict about types yet takes lists for tuples, as TOML has no tuples.
        return model.model_validate_json(json.dumps(text.values, allow_nan=False))
    except ValidationError as error:
        found = problems_of(error, model, text.values, text.file, text.lines)
        raise SuiteError(found) from None
