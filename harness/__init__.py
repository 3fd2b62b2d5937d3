"""The harness: continuous integration for numbers.

``import harness`` is fast: each part is imported when it is first used. See ``docs/python.md``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import Figure, Judgement, Judgements, figure, judge, load, records, run
    from harness.declare import experiment
    from harness.errors import Skip
    from harness.experiments.experiment import Context
    from harness.types import Outcome

__version__ = "0.1.0"
__all__ = [
    "Context",
    "Figure",
    "Judgement",
    "Judgements",
    "Outcome",
    "Skip",
    "__version__",
    "experiment",
    "figure",
    "judge",
    "load",
    "records",
    "run",
]

_PLACES = {
    **dict.fromkeys(
        ("Figure", "Judgement", "Judgements", "figure", "judge", "load", "records", "run"),
        "harness.api",
    ),
    "experiment": "harness.declare",
    "Context": "harness.experiments.experiment",
    "Outcome": "harness.types",
    "Skip": "harness.errors",
}


def __getattr__(name: str) -> Any:
    if name == "claims":  # the room of that name, which may be called: `harness.claims(...)`
        return import_module("harness.claims")
    if name not in _PLACES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES, "claims"])
