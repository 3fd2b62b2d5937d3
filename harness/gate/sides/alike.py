"""That the sides differ in nothing but their code: like environments, and imports of their own.

Sides that need different packages get environments as alike as their needs allow; what a side would
import by mistake from elsewhere, as from the other side, is found before anything is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.errors import SideBroken
from harness.gate.sides import interpreters, project
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
_SETTINGS = frozenset({"setup", "conftest", "noxfile"})


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


def foreign_code(python: Path, path: Sequence[Path], name: str) -> str:
    """Return what an interpreter would import from elsewhere than a side's own code.

    Editable installs of some build back ends hook into the import before ``PYTHONPATH`` is
    read, and a layout that was misread leaves an installed copy as the only one.

    Parameters
    ----------
    python : Path
        The interpreter.
    path : sequence of Path
        The side's own code.
    name : str
        Of the distribution whose modules must be in `path` where an installed copy has them;
        ``""`` not to ask.

    Returns
    -------
    str
        A sentence, ``""`` when all is well.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    own = {module for folder in path for module in project.modules(folder)}
    own -= sys.stdlib_module_names | _SETTINGS
    installed = set(interpreters.modules(python, name))
    found = interpreters.origins(python, path, sorted(own | installed))
    foreign = {module for module, file in found.items() if not _within(file, path)}
    # a module may have been removed, but not all of them
    wrong = (foreign & own) or (installed if installed <= foreign else set())
    if not wrong:
        return ""
    module = min(wrong)
    return (
        f"module {module!r} must come from {' or '.join(map(str, path))}, the side's own code, and "
        f"{python} takes it from {found[module] or 'nowhere'}: uninstall an editable install that "
        "hooks into imports, or let the gate build environments"
    )


def _within(file: str, folders: Sequence[Path]) -> bool:
    place = Path(file).resolve()
    return bool(file) and any(place.is_relative_to(folder.resolve()) for folder in folders)
