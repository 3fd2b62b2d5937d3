"""Experiments by name, or by the dotted path of a user's function.

A new experiment is one folder with an ``EXPERIMENT`` and one entry of `EXPERIMENTS`. Modules are
imported when they are asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from keyword import iskeyword
from typing import cast

from harness.config.settings import Settings
from harness.errors import UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.lookup import look_up
from harness.registry import Registry, lazily
from harness.types import Outcome
from harness.words import did_you_mean

_HERE = "harness.experiments"
EXPERIMENTS: Registry[Experiment] = lazily(
    "experiment",
    (
        ("knn", f"{_HERE}.knn.experiment:EXPERIMENT"),
        ("train", f"{_HERE}.train.experiment:EXPERIMENT"),
        ("timing", f"{_HERE}.timing.experiment:EXPERIMENT"),
        ("probe", f"{_HERE}.probe.experiment:EXPERIMENT"),
        ("speed", f"{_HERE}.speed.experiment:EXPERIMENT"),
        ("peer", f"{_HERE}.peer.experiment:EXPERIMENT"),
    ),
)
"""The experiments that come with the harness."""
names = EXPERIMENTS.names


def get(name: str) -> Experiment:
    """Return the experiment of a name or of a dotted path.

    Parameters
    ----------
    name : str
        A name of `EXPERIMENTS`, or ``"package.module:function"`` (also with a dot in place of the
        colon). The function takes a `Context` and returns an `Outcome`; its version is its
        attribute ``version``, 1 when it has none, and it may read every table of the suite. Its
        module is not imported here, only in processes of its own: it may do anything.

    Raises
    ------
    UsageError
        If there is no such experiment, or the path cannot be imported.
    """
    if name not in EXPERIMENTS and ("." in name or ":" in name):
        return _from_path(name)
    return EXPERIMENTS.get(name)


def function(name: str) -> Callable[[Context], Outcome]:
    """Return what carries out a cell; a user's module is imported, and whatever it raises raised.

    Raises
    ------
    UsageError
        As `get`.
    """
    return get(name).run if name in EXPERIMENTS else _imported(*_parts(name))


def _from_path(path: str) -> Experiment:
    module, attribute = _parts(path)
    found = look_up(module, attribute)
    if found.error:
        advice = (
            f"; the module {module!r} must be installed, or its folder be named by PYTHONPATH"
            if found.missing
            else ""
        )
        raise UsageError(f"experiment {path!r} cannot be imported: {found.error}{advice}")
    if not found.callable:
        raise UsageError(
            f"experiment {path!r} must name a function of module {module!r}, "
            f"which has no function {attribute!r}.{did_you_mean(attribute, found.functions)}"
        )
    if found.version is None:
        raise UsageError(f"the version of experiment {path!r} must be an integer, got {found.told}")
    return Experiment(
        name=path,
        version=found.version,
        tables=tuple(field.name for field in fields(Settings)),
        requires=(),
        run=_Late(module, attribute),
    )


def _parts(path: str) -> tuple[str, str]:
    """Return module and function of a path."""
    module, _, attribute = path.rpartition(":" if ":" in path else ".")
    names = [*module.split("."), attribute]
    if not all(name.isidentifier() and not iskeyword(name) for name in names):
        raise UsageError(
            f"an experiment's path must read 'package.module:function', got {path!r}; "
            f"or name one of {', '.join(EXPERIMENTS)}"
        )
    return module, attribute


@dataclass(frozen=True)
class _Late:
    """A user's function that is imported when it is called: in the cell's own process."""

    module: str
    attribute: str

    def __call__(self, context: Context) -> Outcome:
        return _imported(self.module, self.attribute)(context)


def _imported(module: str, attribute: str) -> Callable[[Context], Outcome]:
    found = getattr(importlib.import_module(module), attribute)
    return cast(Callable[[Context], Outcome], found)
