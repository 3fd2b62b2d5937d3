"""The functions beside this project's suites, called as a cell calls them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.datasets.dataset import Dataset
from harness.declare import ATTRIBUTE
from harness.experiments.experiment import Context
from harness.experiments.user.arguments import call
from harness.seeding import Streams

SUITES = Path(__file__).parents[2] / "suites"


def functions(folder: str) -> dict[str, Callable[..., Any]]:
    """Return every declared function of a folder of `SUITES` by its name."""
    files = sorted((SUITES / folder).glob("*.py"))
    modules = (importlib.import_module(f"suites.{folder}.{file.stem}") for file in files)
    return {
        name: value
        for module in modules
        for name, value in sorted(vars(module).items())
        if hasattr(value, ATTRIBUTE)
    }


FACTS = functions("facts")


def of_document(file: str, name: str) -> Callable[..., Any]:
    """Return a function of a file in the folder of one document, which is no package."""
    path = SUITES / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., Any] = getattr(module, name)
    return found


def played(
    function: Callable[..., Any],
    dataset: Dataset | None = None,
    seed: int = 0,
    backend: str = "torch",
    **params: Any,
) -> dict[str, float]:
    """Return what a function measures in one cell."""
    streams = Streams("facts", seed)
    table = None if dataset is None else Data(dataset="fake")
    cell = Context(
        Settings(data=table, params=params), backends.get(backend), "cpu", streams, dataset
    )
    found: Any = call(function, cell)
    return {metric: float(value) for metric, value in found.items()}


def play(name: str, *given: Any, **params: Any) -> dict[str, float]:
    """Return what one of `FACTS` measures in one cell."""
    return played(FACTS[name], *given, **params)
