"""JSON, schema 1: everything that is known, and back again.

JSON has no inf and nan: they are written as the strings ``"inf"``, ``"-inf"`` and ``"nan"``, as
in the store of records.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from harness.errors import UsageError
from harness.gate.render.text import headline
from harness.gate.shared_changes import shared_changes
from harness.gate.values import GateResult

SCHEMA = 1
SHOWN_PROBLEMS = 3
_RESULT = TypeAdapter(GateResult)


def render(result: GateResult, exit_code: int | None = None, /) -> str:
    """Return the result as JSON text."""
    return json.dumps(values(result, exit_code), indent=2, allow_nan=False) + "\n"


def values(result: GateResult, exit_code: int | None = None) -> dict[str, Any]:
    """Return the result as JSON values.

    Parameters
    ----------
    result : GateResult
        What to write.
    exit_code : int or None
        That of the command, None where there is no command.
    """
    summary = {"schema": SCHEMA, "headline": headline(result), "exit_code": exit_code}
    alike = [dataclasses.asdict(one) for one in shared_changes(result.decisions)]
    return {**summary, **_finite({**dataclasses.asdict(result), "alike": alike})}


def from_json(text: str) -> GateResult:
    """Return the result that `render` wrote.

    Keys that this version does not know are passed over, so that a newer one may add some.

    Raises
    ------
    UsageError
        If the text is not JSON, of another schema, or lacks something.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"a gate result must be JSON, got something else: {error}") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise UsageError(
            f"a gate result must have schema {SCHEMA}, got {schema!r}; "
            "write it with `harness gate --json` of this version"
        )
    try:
        return _RESULT.validate_python(found)
    except ValidationError as error:
        raise UsageError(f"a gate result must be whole: {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    texts = [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}, got {problem['input']!r:.60}"
        for problem in problems[:SHOWN_PROBLEMS]
    ]
    more = len(problems) - len(texts)
    return "; ".join(texts) + (f"; and {more} more" if more else "")


def _finite(value: Any) -> Any:
    """Replace floats that JSON lacks by strings, throughout."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
