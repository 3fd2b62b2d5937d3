"""Environments for sides that need different packages, as alike as their needs allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.errors import SideBroken
from harness.gate.sides import interpreters
from harness.gate.sides.groups import normal
from harness.gate.sides.interpreters import Package
from harness.gate.sides.venvs import RUNNERS
from harness.gate.values import SIDES, Difference, SideName

Make = Callable[[SideName, Sequence[str]], Path]
"""``make(side, held)`` returns the interpreter of a side, made with packages held at versions."""

CONFLICTS = (
    "ResolutionImpossible",
    "conflicting dependencies",
    "No matching distribution found",
    "requires a different Python",
)
"""What pip says when the versions asked for do not go together."""

INSTALLER = "pip"
"""No benchmark imports it, and every environment comes with its own."""


def together(make: Make, own: Sequence[str]) -> Mapping[SideName, Path]:
    """Return the interpreters of both sides, at equal versions of what runs the tests.

    Head is held to the versions of pytest, pytest-benchmark and what they need that base got;
    where it asks for others, base is held to those of head; where that will not do either, each
    gets what it asks for.

    Parameters
    ----------
    make : callable
        Makes one.
    own : sequence of str
        Names of the project, whose versions are what is compared.

    Raises
    ------
    SideBroken
        If a side cannot be installed.
    """
    for first, second in (SIDES, SIDES[::-1]):
        python = make(first, ())
        try:
            return {first: python, second: make(second, _held(python, own))}
        except SideBroken as error:
            if not conflict(error):
                raise
    return {side: make(side, ()) for side in SIDES}


def conflict(error: SideBroken) -> bool:
    """Return whether an installation failed since the versions asked for do not go together."""
    return any(words in str(error) for words in CONFLICTS)


def differences(pythons: Mapping[SideName, Path], own: Sequence[str]) -> tuple[Difference, ...]:
    """Return the packages whose versions differ between the sides, by name.

    Parameters
    ----------
    pythons : mapping of {'base', 'head'} to Path
        The interpreters.
    own : sequence of str
        Names of the project, which differs by intent.
    """
    if len({pythons[side] for side in SIDES}) == 1:
        return ()
    base, head = (_packages(pythons[side], own) for side in SIDES)
    found = (
        Difference(name, *(side[name].version if name in side else "" for side in (base, head)))
        for name in sorted({*base, *head})
        # a project without a written name is known by being installed from its folder
        if not all(name in side and side[name].local for side in (base, head))
    )
    return tuple(one for one in found if one.base != one.head)


def _held(python: Path, own: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"{name}=={package.version}"
        for name, package in sorted(_packages(python, own).items())
        if package.needed and not package.local
    )


def _packages(python: Path, own: Sequence[str]) -> Mapping[str, Package]:
    aside = {INSTALLER, *map(normal, own)}
    found = interpreters.packages(python, RUNNERS)
    return {name: package for name, package in found.items() if name not in aside}
