"""Scenarios by name, gathered from the modules of their themes."""

from __future__ import annotations

import importlib
from functools import cache

from harness.experiments.probe.documents.facts.scenario import Scenario
from harness.registry import Registry

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
def scenarios() -> Registry[Scenario]:
    """Return every scenario by name. What they are about is imported with them, torch included."""
    themes = (importlib.import_module(f"{__package__}.{theme}") for theme in THEMES)
    return Registry("scenario", (entry for theme in themes for entry in theme.SCENARIOS.items()))


def get(name: str) -> Scenario:
    """Return the scenario of a name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    return scenarios().get(name)
