"""What a short suite leaves out because one of its tables implies it.

A suite with a ``[speed]`` table is about speed: it need not name the experiment, nor the metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Brief:
    """What is meant where a suite does not say.

    Attributes
    ----------
    experiment : str
        Its experiment, ``""`` when it must be given.
    seeds : int
        Its repetitions.
    metric : str
        What its claims are about.
    """

    experiment: str = ""
    seeds: int = 1
    metric: str = "value"


BRIEFS: Mapping[str, Brief] = MappingProxyType(
    {
        "speed": Brief("speed", seeds=10, metric="speedup"),
        "command": Brief("command"),
        "records": Brief("recorded"),
    }
)
"""By the key that stands in a suite."""


def of(keys: Iterable[str]) -> Brief:
    """Return what a suite with such keys means where it does not say."""
    return next((BRIEFS[key] for key in keys if key in BRIEFS), Brief())
