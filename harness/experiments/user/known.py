"""What is known of a user's function without running it here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.code.sources import Sources
from harness.errors import UsageError
from harness.experiments.user.facts import Answer, Declared
from harness.experiments.user.finding import find
from harness.experiments.user.loading import Place
from harness.experiments.user.modules import module
from harness.words import did_you_mean


@dataclass(frozen=True)
class UserFunction:
    """A user's function.

    Attributes
    ----------
    place : Place
        Where it is.
    declared : Declared
        What it says of itself.
    sources : Sources
        The files that its module is made of.
    libraries : frozenset of str
        The large libraries that they speak of, or that importing them brings.
    """

    place: Place
    declared: Declared
    sources: Sources
    libraries: frozenset[str] = frozenset()


def known(name: str, home: str, what: str = "experiment") -> UserFunction:
    """Return what is known of a user's function without running it here.

    Parameters
    ----------
    name, home : str
        As `harness.experiments.user.finding.find` takes them.
    what : str
        What it is to be, for messages.

    Raises
    ------
    UsageError
        If there is no such function.
    """
    place = find(name, home)
    there = module(place, home)
    answer = there.answer
    if answer.error:
        raise UsageError(
            f"{what} {name!r} cannot be imported: {answer.error}{_advice(place, answer)}"
        )
    declared = answer.each[place.attribute]
    _refuse(f"{what} {name!r}", place, declared, answer)
    return UserFunction(place, declared, there.sources, there.libraries)


def _advice(place: Place, answer: Answer) -> str:
    if not answer.missing:
        return ""
    return (
        f"; the module {place.module!r} must be in the project of the suite or in the current "
        "folder, be installed, or its folder be named by PYTHONPATH"
    )


def _refuse(which: str, place: Place, declared: Declared, answer: Answer) -> None:
    """Refuse what is no function, or none that returns what it has measured."""
    if not declared.callable:
        where = Path(place.file).name if place.alone else f"module {place.module!r}"
        raise UsageError(
            f"{which} must name a function of {where}, "
            f"which has no function {place.attribute!r}."
            f"{did_you_mean(place.attribute, answer.functions)}"
        )
    if declared.sort:
        raise UsageError(
            f"{which} must be a plain function that returns what it has measured, got "
            f"{declared.sort}; write a function that runs it and returns the numbers"
        )
    if declared.version is None:
        raise UsageError(f"the version of {which} must be an integer, got {declared.told}")
