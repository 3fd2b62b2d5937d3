"""What each side runs with: an interpreter with its dependencies, and its own code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from harness.errors import SideBroken, UsageError
from harness.files import guarded
from harness.gate.sides import interpreters, project
from harness.gate.sides.alike import conflict, foreign_code, together
from harness.gate.sides.choice import Choice, choices
from harness.gate.sides.groups import OPTION, absent, expanded
from harness.gate.sides.installs import Deadline, cause
from harness.gate.sides.locks import lock
from harness.gate.sides.revisions import find_repository, working_tree
from harness.gate.sides.venvs import Workshop
from harness.gate.values import SideName

Mode = Literal["auto", "build", "current"]

BUILD_OPTIONS = ("--no-build-isolation", "--config-setting", "-C")
"""Options of pip that bear on building, passed on when only the code is installed."""


@dataclass(frozen=True)
class Recipe:
    """How environments are made.

    Attributes
    ----------
    python : Path
        Interpreter to make them from.
    install : tuple of str or None
        Arguments of ``pip install``, run in the tree: ``(".[dev]",)``; ``--group NAME`` needs no
        pip that knows it. None for what `harness.gate.sides.choice` finds. Options of builds in
        one word: ``--config-settings=key=value``.
    constraints : str
        A constraints file of pip, relative to the tree; ``""`` for none.
    mode : {'auto', 'build', 'current'}
        ``current``: `python` itself serves, and nothing is installed into it. ``build``:
        environments of their own. ``auto``: `python` serves when the sides need the same
        packages and it has the project and pytest-benchmark; else as ``build``.
    """

    python: Path = field(default_factory=lambda: Path(sys.executable))
    install: tuple[str, ...] | None = None
    constraints: str = ""
    mode: Mode = "auto"


@dataclass(frozen=True)
class SideEnvironment:
    """What one side runs with.

    Attributes
    ----------
    python : Path
        Its interpreter.
    path : tuple of Path
        The side's own code, first on ``PYTHONPATH``.
    lock : str
        Digest of what decides on its packages.
    shared : bool
        True when the other side runs with the same interpreter.
    chosen : str
        What was installed where the user did not say it, ``""`` where nothing was chosen.
    """

    python: Path
    path: tuple[Path, ...]
    lock: str
    shared: bool
    chosen: str = ""


@dataclass(frozen=True)
class _Side:
    name: SideName
    tree: Path
    lock: str
    choices: tuple[Choice, ...]
    project: str

    @property
    def install(self) -> tuple[str, ...]:
        """What is installed if all goes well."""
        return self.choices[0].install


def prepare(
    trees: Mapping[SideName, Path],
    recipe: Recipe,
    cache: Path,
    deadline_s: float | None,
    tell: Callable[[str], None],
) -> Mapping[SideName, SideEnvironment]:
    """Make what the sides run with, one environment for both where their locks are equal.

    Parameters
    ----------
    trees : mapping of {'base', 'head'} to Path
        The project's folder in a worktree of each side. Building may write into it.
    recipe : Recipe
        How environments are made.
    cache : Path
        Folder that they are kept in and found again.
    deadline_s : float or None
        Seconds that all of it may take together; None for any time.
    tell : callable
        Takes one line on what is under way.

    Raises
    ------
    SideBroken
        If a side cannot be installed, not in time, or would import another side's code.
    UsageError
        If ``recipe.python`` is no interpreter, or ``recipe.install`` names a dependency group
        that no side has.
    GateError
        If another run is making the same environment.
    """
    interpreters.describe(recipe.python)
    _refuse_unknown_groups(recipe, trees.values())
    with guarded("make the cache folder", cache):
        cache.mkdir(parents=True, exist_ok=True)
    workshop = Workshop(cache.absolute(), Deadline.after(deadline_s), tell)
    sides = [_side(name, tree.absolute(), recipe) for name, tree in trees.items()]
    current = recipe.mode == "current" or (recipe.mode == "auto" and _serves(recipe, sides))
    made = _current(sides, recipe, workshop) if current else _built(sides, recipe, workshop)
    for side in sides:
        _refuse_foreign_code(side, made[side.name])
    return made


def _refuse_unknown_groups(recipe: Recipe, trees: Collection[Path]) -> None:
    """Refuse a group that no side has: a slip of the user's, for which no side is to blame."""
    try:
        unknown = [absent(recipe.install or (), tree) for tree in trees]
    except UsageError:  # a malformed file of one side, which will be named
        return
    for group in unknown[0]:
        if all(group in others for others in unknown):
            expanded((OPTION, group), [*trees][-1])  # raises, with what the head has instead


def _refuse_foreign_code(side: _Side, made: SideEnvironment) -> None:
    in_place = made.path[0].is_relative_to(side.tree)
    problem = foreign_code(made.python, made.path, side.project if in_place else "")
    if problem:
        raise SideBroken(side.name, problem)


def _side(name: SideName, tree: Path, recipe: Recipe) -> _Side:
    try:
        found = _choices(tree, recipe)
        files = (part for part in found[0].install if project.has_file(tree, part))
        named = (one for part in files for one in project.included(tree, part))
        return _Side(name, tree, lock(tree, *named), found, project.name(tree))
    except UsageError as error:  # a malformed file of that revision, not of the user's command
        raise SideBroken(name, str(error)) from None


def _choices(tree: Path, recipe: Recipe) -> tuple[Choice, ...]:
    constraints = ("-c", recipe.constraints) if recipe.constraints else ()
    if recipe.constraints and not project.has_file(tree, recipe.constraints):
        raise UsageError(f"the constraints file {recipe.constraints!r} must be in the tree")
    if recipe.install is not None:
        arguments = expanded(recipe.install, tree)
        return (Choice((*arguments, *constraints) if arguments else ()),)
    return tuple(
        replace(one, install=(*one.install, *constraints) if one.install else ())
        for one in choices(tree)
    )


def _serves(recipe: Recipe, sides: list[_Side]) -> bool:
    """Return True if the current interpreter has what both sides need."""
    if len({side.lock for side in sides}) > 1:
        return False
    unnamed = any(not side.project and side.install for side in sides)
    needed = {"pytest-benchmark", *(side.project for side in sides if side.project)}
    return not unnamed and needed <= set(interpreters.versions(recipe.python, needed))


def _current(
    sides: list[_Side], recipe: Recipe, workshop: Workshop
) -> dict[SideName, SideEnvironment]:
    has_pip = "pip" in interpreters.versions(recipe.python, ["pip"])
    made = {}
    for side in sides:
        path = _lying(side.tree)
        if not path and has_pip:
            path = (_code(side, recipe.python, _content(side), workshop),)
        elif not path:
            workshop.tell(f"the code of {side.name} is used where it lies, without building it")
            path = project.roots(side.tree)
        made[side.name] = SideEnvironment(recipe.python, path, side.lock, len(sides) > 1)
    return made


def _lying(tree: Path) -> tuple[Path, ...]:
    """Return the folders from which the code can be imported as it is, none if it cannot be."""
    if not project.installable(tree):
        return project.roots(tree)
    pure = project.pure_root(tree)
    return () if pure is None else (pure,)


def _built(
    sides: list[_Side], recipe: Recipe, workshop: Workshop
) -> dict[SideName, SideEnvironment]:
    # before anything is built, since building writes into the trees
    contents = {side.name: _content(side) for side in sides if project.installable(side.tree)}
    shared = len(sides) > 1 and len({(side.lock, side.install) for side in sides}) == 1
    taken: dict[SideName, Choice] = {}
    by_name = {side.name: side for side in sides}

    def make(name: SideName, held: Sequence[str] = ()) -> Path:
        python, taken[name] = _environment(by_name[name], recipe.python, workshop, held)
        return python

    if shared or len(sides) == 1:
        pythons = dict.fromkeys(by_name, make(sides[0].name))
        taken = dict.fromkeys(by_name, taken[sides[0].name])
    else:
        pythons = dict(together(make, _names(sides)))
    made = {}
    for side in sides:
        python, content = pythons[side.name], contents.get(side.name)
        installed = content and (_code(side, python, content, workshop),)
        path = installed or project.roots(side.tree)
        chosen = taken[side.name].text
        made[side.name] = SideEnvironment(python, path, side.lock, shared, chosen)
    return made


def _environment(
    side: _Side, python: Path, workshop: Workshop, held: Sequence[str]
) -> tuple[Path, Choice]:
    """Return an environment of the fullest choice that can be installed, and which that was."""
    for one, less in zip(side.choices, (*side.choices[1:], None), strict=True):
        tried = (side.name, one.install)
        if less is not None and tried in workshop.failed:
            continue
        try:
            return _installed(side, python, workshop, held, one, again=less is None), one
        except SideBroken as error:
            clash = held and conflict(error)
            if not clash:  # else it may do without the versions held
                workshop.failed.add(tried)
            if less is None or clash or workshop.deadline.left() == 0:
                raise
            workshop.tell(
                f"{side.name}: {one.text} could not be installed ({cause(error)}); taking less"
            )
    raise AssertionError("the last choice returns or raises")


def _installed(
    side: _Side,
    python: Path,
    workshop: Workshop,
    held: Sequence[str],
    choice: Choice,
    *,
    again: bool,
) -> Path:
    if choice.large:
        workshop = replace(workshop, deadline=workshop.deadline.half())
    return workshop.environment(
        side.name, python, side.tree, choice.install, side.lock, held, choice.text, again
    )


def _names(sides: Sequence[_Side]) -> tuple[str, ...]:
    return tuple(side.project for side in sides if side.project)


def _code(side: _Side, python: Path, content: str, workshop: Workshop) -> Path:
    options = tuple(part for part in side.install if part.startswith(BUILD_OPTIONS))
    return workshop.code(side.name, python, side.tree, options, content)


def _content(side: _Side) -> str:
    """Return what the side's folder holds as one word: its repository's tree, and its place."""
    top = find_repository(side.tree)
    place = side.tree.resolve().relative_to(top.resolve())
    return f"{working_tree(top).tree}:{place.as_posix()}"
