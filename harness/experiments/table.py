"""Experiments by name, or by the dotted path of a user's function.

A new experiment is one module with an ``EXPERIMENT`` and one entry of `EXPERIMENTS`. Modules are
imported when they are asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import fields
from types import ModuleType
from typing import cast

from harness.errors import UsageError
from harness.experiments.base import Experiment, Settings
from harness.words import did_you_mean, unknown

EXPERIMENTS: Mapping[str, str] = {
    "knn": "harness.experiments.knn",
    "train": "harness.experiments.train",
    "timing": "harness.experiments.timing",
    "probe": "harness.experiments.probe",
    "peer": "harness.experiments.peer",
}
"""Name of an experiment to the module that holds it as ``EXPERIMENT``."""


def names() -> tuple[str, ...]:
    """Return the names of the experiments that come with the harness."""
    return tuple(EXPERIMENTS)


def get(name: str) -> Experiment:
    """Return the experiment of a name or of a dotted path.

    Parameters
    ----------
    name : str
        A key of `EXPERIMENTS`, or ``"package.module:function"`` (also with a dot in place of the
        colon). The function takes a `Context` and returns an `Outcome`; its version is its
        attribute ``version``, 1 when it has none, and it may read every table of the suite.

    Raises
    ------
    UsageError
        If there is no such experiment, or the path cannot be imported.
    """
    if name in EXPERIMENTS:
        module = importlib.import_module(EXPERIMENTS[name])
        return cast(Experiment, module.EXPERIMENT)
    if "." in name or ":" in name:
        return _from_path(name)
    raise UsageError(unknown("experiment", name, names()))


def _from_path(path: str) -> Experiment:
    module_name, _, attribute = path.rpartition(":" if ":" in path else ".")
    if not (module_name and attribute):
        raise UsageError(
            f"an experiment's path must read 'package.module:function', got {path!r}; "
            f"or name one of {', '.join(names())}"
        )
    module = _import(module_name, path)
    function = getattr(module, attribute, None)
    if not callable(function):
        raise UsageError(_no_function(path, module, attribute))
    return Experiment(
        name=path,
        version=_version(path, getattr(function, "version", 1)),
        tables=tuple(field.name for field in fields(Settings)),
        requires=(),
        run=function,
    )


def _import(module: str, path: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except (ImportError, SyntaxError) as error:
        raise UsageError(
            f"experiment {path!r} cannot be imported: {error}; the module {module!r} must be "
            "installed, or its folder be named by PYTHONPATH"
        ) from error


def _no_function(path: str, module: ModuleType, attribute: str) -> str:
    functions = [name for name, value in vars(module).items() if callable(value)]
    public = [name for name in functions if not name.startswith("_")]
    return (
        f"experiment {path!r} must name a function of module {module.__name__!r}, "
        f"which has no function {attribute!r}.{did_you_mean(attribute, public)}"
    )


def _version(path: str, version: object) -> int:
    if isinstance(version, bool) or not isinstance(version, int):
        raise UsageError(f"the version of experiment {path!r} must be an integer, got {version!r}")
    return version
