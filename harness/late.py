"""Libraries that take long to import, and that most commands never need."""

from __future__ import annotations

import importlib
from typing import Any


class late:  # noqa: N801 - it stands for a module
    """A library that is imported when something of it is first asked for.

    Parameters
    ----------
    name : str
        Of the module: ``"scipy.special"``.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self._name), name)
        setattr(self, name, found)  # found without a detour from now on
        return found

    def __reduce__(self) -> tuple[type[late], tuple[str]]:
        return late, (self._name,)
