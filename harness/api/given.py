"""What callers of the Python interface give, held to what it must be before anything is read."""

from __future__ import annotations

import os
import reprlib
from collections.abc import Iterable, Mapping
from numbers import Integral
from pathlib import Path
from typing import Any, get_args

import numpy as np

from harness import datasets, project
from harness.errors import UsageError
from harness.execute.machines import address
from harness.types import Profile
from harness.words import one_line, unknown

Name = str | os.PathLike[str]
Folders = Name | Iterable[Name]


def must(name: str, be: str, given: Any, *kinds: Any) -> Any:
    """Return what was given for an argument if it is of one of these types.

    Raises
    ------
    UsageError
        If not, or if there are no types: says what it must be, and what it is.
    """
    if isinstance(given, kinds):
        return given
    got = f"{one_line(reprlib.repr(given))} ({type(given).__name__})"
    raise UsageError(f"{name} must be {be}, got {got}")


def path(name: str, given: Name) -> Path:
    """Return a path; an empty text, such as of a variable that is not set, is none."""
    be = "a path, as text or a Path"
    return Path(must(name, be, given, str, os.PathLike) or must(name, be, given))


def suites(names: Iterable[Name]) -> list[str]:
    """Return the names of suites as texts."""
    be = "the id or path of a suite, as text or a Path; several are arguments of their own"
    return [os.fspath(must("a name", be, name, str, os.PathLike)) for name in names]


def folders(given: Folders | None) -> list[Path]:
    """Return folders of suites: those of the project where none is given."""
    if given is None:
        return project.find().suites
    if isinstance(given, str | os.PathLike):
        return [path("suites", given)]
    be = "a folder or several, as text or a Path"
    several = [path("suites", one) for one in must("suites", be, given, Iterable)]
    return several or must("suites", be, given)


def results(given: Name | None) -> Path:
    """Return the folder of records: that of the project where none is given."""
    return project.find().results if given is None else path("results", given)


def use(given: Mapping[str, str] | None) -> dict[str, str]:
    """Return data sets to use in place of others, whose names are known."""
    be = "a mapping such as {'cifar10': 'cifar10-jpeg'}"
    pairs = must("use", be, {} if given is None else given, Mapping)
    return datasets.parse_use(f"{asked}={used}" for asked, used in pairs.items())


def cluster(given: str) -> str:
    """Return the address of a cluster."""
    try:
        return address(must("cluster", "an address, as text", given, str))
    except ValueError as error:
        raise UsageError(f"cluster {error}") from None


def profile(name: str) -> None:
    """Refuse what is no profile."""
    if must("profile", "its name, as text", name, str) not in get_args(Profile):
        raise UsageError(unknown("profile", name, get_args(Profile)))


def positive(name: str, count: int | None) -> None:
    """Refuse what is no number of things: none at a time would wait forever."""
    whole = isinstance(count, Integral) and not isinstance(count, bool)  # of NumPy, too
    if count is not None and not (whole and count > 0):
        must(name, "a whole number from 1 on", count)


def flag(name: str, given: bool) -> bool:
    """Return a flag: a text such as "no" would be true."""
    return bool(must(name, "True or False", given, bool, np.bool_))
