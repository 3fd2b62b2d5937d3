"""Scenarios by name, gathered from the modules of their themes."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache

from harness.errors import HarnessError, UsageError
from harness.experiments.probe.documents.facts.scenario import Scenario
from harness.words import unknown

THEMES: tuple[str, ...] = (
    "modules",
    "tensors",
    "layouts",
    "losses",
    "training",
    "loading",
    "initial",
    "perceptron",
    "learning",
    "feeding",
    "devices",
    "pictures",
    "regression",
    "tools",
    "switches",
    "extraction",
    "numbers",
)
"""Modules of this package with a ``SCENARIOS``."""


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Return every scenario by name.

    Raises
    ------
    HarnessError
        If two themes use the same name.
    """
    found: dict[str, Scenario] = {}
    for theme in THEMES:
        module = importlib.import_module(f"harness.experiments.probe.documents.facts.{theme}")
        twice = found.keys() & module.SCENARIOS.keys()
        if twice:
            raise HarnessError(f"scenario names must be unique, got {sorted(twice)} twice")
        found |= module.SCENARIOS
    return found


def get(name: str) -> Scenario:
    """Return the scenario of a name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in scenarios():
        raise UsageError(unknown("scenario", name, scenarios()))
    return scenarios()[name]
