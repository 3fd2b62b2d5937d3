"""Experiments by name, or by the place of a user's function.

A new experiment is one folder or module with an ``EXPERIMENT`` and one entry of `EXPERIMENTS`.
Modules are imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harness.errors import UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.user import experiment as users
from harness.experiments.user import modules
from harness.experiments.user.finding import is_path
from harness.registry import Registry, lazily
from harness.types import Case

_HERE = "harness.experiments"
EXPERIMENTS: Registry[Experiment] = lazily(
    "experiment",
    (
        ("knn", f"{_HERE}.knn:EXPERIMENT"),
        ("train", f"{_HERE}.train:EXPERIMENT"),
        ("timing", f"{_HERE}.timing:EXPERIMENT"),
        ("probe", f"{_HERE}.probe:EXPERIMENT"),
        ("speed", f"{_HERE}.speed:EXPERIMENT"),
        ("peer", f"{_HERE}.peer:EXPERIMENT"),
        ("recorded", f"{_HERE}.recorded:EXPERIMENT"),
        ("command", f"{_HERE}.command:EXPERIMENT"),
    ),
)
"""The experiments that come with the harness."""
names = EXPERIMENTS.names


def get(name: str, home: str = "") -> Experiment:
    """Return the experiment of a name, or of a user's function.

    Parameters
    ----------
    name : str
        A name of `EXPERIMENTS`, or where a function is: ``"folder/file.py:function"`` or
        ``"package.module:function"`` (also with a dot in place of the colon). Its module is not
        imported here, only in processes of its own: it may do anything.
    home : str
        The folder of the suite's file, where it is looked for; ``""`` for the current one.

    Raises
    ------
    UsageError
        If there is no such experiment, or it cannot be imported.
    """
    if name not in EXPERIMENTS and is_path(name):
        return users.experiment(name, home)
    return EXPERIMENTS.get(name)


def of(case: Case) -> Experiment:
    """Return the experiment of a case."""
    return get(case.experiment, case.home)


class SuiteExperiments:
    """The experiments of one suite, each looked up once: a look-up of a user's reads files.

    Parameters
    ----------
    home : str
        The folder of the suite's file.
    """

    def __init__(self, home: str) -> None:
        self._home = home
        self._found: dict[str, Experiment | UsageError] = {}

    def get(self, name: str) -> Experiment:
        """Return the experiment of a name; raises as the function `get`, each time."""
        if name not in self._found:
            try:
                self._found[name] = get(name, self._home)
            except UsageError as error:
                self._found[name] = error
        if isinstance(found := self._found[name], UsageError):
            raise found
        return found

    def of(self, case: Case) -> Experiment:
        """Return the experiment of a case of the suite."""
        return self.get(case.experiment)


def prepare(wanted: Iterable[tuple[str, str]]) -> None:
    """Ask users' modules together about the functions that suites name, before each is asked for.

    Parameters
    ----------
    wanted : iterable of (str, str)
        Names and folders as `get` takes them; what is wrong with one, `get` tells.
    """
    theirs = [(name, home) for name, home in wanted if name not in EXPERIMENTS and is_path(name)]
    modules.prepare(dict.fromkeys(theirs))


def function(case: Case) -> Callable[[Context], object]:
    """Return what carries out a cell; a user's module is imported, and whatever it raises raised.

    Raises
    ------
    UsageError
        As `get`.
    """
    if case.experiment in EXPERIMENTS:
        return EXPERIMENTS.get(case.experiment).run
    return users.function(case.experiment, case.home)
