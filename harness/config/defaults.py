"""What a short suite leaves out because one of its tables implies it.

A suite with a ``[speed]`` table is about speed: it need not name the experiment, nor the metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Defaults:
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


BY_KEY: Mapping[str, Defaults] = MappingProxyType(
    {
        "speed": Defaults("speed", seeds=10, metric="speedup"),
        "command": Defaults("command"),
        "records": Defaults("recorded"),
    }
)
"""By the key that stands in a suite."""


def of(keys: Iterable[str]) -> Defaults:
    """Return what a suite with such keys means where it does not say."""
    return next((BY_KEY[key] for key in keys if key in BY_KEY), Defaults())
