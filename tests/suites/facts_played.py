"""The functions beside this project's suites, called as a cell calls them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness import backends
from harness.config.settings import Settings
from harness.datasets.dataset import Dataset
from harness.declare import ATTRIBUTE
from harness.experiments.experiment import Context
from harness.experiments.user.arguments import call
from harness.seeding import Streams

FOLDER = Path(__file__).parents[2] / "suites" / "facts"


def _functions() -> dict[str, Callable[..., Any]]:
    modules = (importlib.import_module(f"suites.facts.{p.stem}") for p in FOLDER.glob("*.py"))
    return {
        name: value
        for module in modules
        for name, value in sorted(vars(module).items())
        if hasattr(value, ATTRIBUTE)
    }


FACTS = _functions()
"""Every declared function of `FOLDER` by its name."""


def play(name: str, dataset: Dataset | None = None, seed: int = 0, **params: Any) -> dict[str, Any]:
    """Return what a function measures in one cell."""
    streams = Streams("facts", seed)
    cell = Context(Settings(params=params), backends.get("torch"), "cpu", streams, dataset)
    found: Mapping[str, Any] = call(FACTS[name], cell)
    return {metric: float(value) for metric, value in found.items()}
