"""The harness: continuous integration for numbers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.declare import experiment as experiment

__version__ = "0.1.0"

_PLACES = {"experiment": "harness.declare"}
"""What is offered here, and the module that has it: imported when it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)
