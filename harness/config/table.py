"""The base of every table a suite file may hold, and the kinds of number and name it may have."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 1_000_000_000
"""No count of anything may be larger: a slip of the finger fails before it takes all memory."""
LONGEST = 100
"""Characters of an id at most: it becomes part of file names."""

WIDEST = 100_000
"""Features of an example, or classes, at most: some of what is stored has a name for each."""

Count = Annotated[int, Field(gt=0, le=LARGEST)]
Width = Annotated[int, Field(gt=0, le=WIDEST)]
Amount = Annotated[int, Field(ge=0, le=LARGEST)]
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_DASHED = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, Field(pattern=_NAME, max_length=LONGEST)]
"""What may stand in a file name, an anchor and a table as it is."""
SuiteId = Annotated[str, Field(pattern=_DASHED, max_length=LONGEST)]

Files = str | tuple[str, ...]
"""One path, or a list of them, from the folder of the file that names them."""

PATTERNS = {
    _NAME: "letters, digits, dots, dashes and underscores, the first a letter or a digit",
    _DASHED: "lower-case letters and digits, in words joined by single dashes",
}
"""What each pattern asks for, in words."""


def not_a_suite_id(text: str) -> str:
    """Return what keeps a text from being the id of a suite, ``""`` when nothing does."""
    if not re.fullmatch(_DASHED, text):
        return f"must be {PATTERNS[_DASHED]}"
    if len(text) > LONGEST:
        return f"must have at most {LONGEST} characters"
    return ""


class Table(BaseModel):
    """A frozen TOML table: unknown keys are errors, values never coerced, numbers finite."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False
    )

    def settings(self) -> dict[str, Any]:
        """Return the non-default settings as JSON values.

        Defaults are left out so that a key added to the schema later changes no hash.
        """
        return self.model_dump(mode="json", exclude_defaults=True)
