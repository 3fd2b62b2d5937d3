"""Where a suite stands: the project around it, and the folders in which its code is looked for."""

from __future__ import annotations

import contextlib
import glob
import os
import sysconfig
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from harness import top
from harness.kept import look

MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
"""What the root of a project has that does not speak of the harness."""
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARY = Path(sysconfig.get_path("stdlib"))
_OURS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Project:
    """What surrounds a suite.

    Attributes
    ----------
    folder : Path
        That of the suite's file.
    root : Path
        The top that `harness.top` finds; else the nearest folder above it, itself included, that
        has one of `MARKS`; else `folder`.
    """

    folder: Path
    root: Path

    @classmethod
    def of(cls, home: str) -> Project:
        """Return what surrounds a folder; ``""`` is the current one, which is then the root too."""
        if not home:
            here = current() or Path(os.sep)
            return cls(here, here)
        known = _STANDING.get()
        if home not in known:
            folder = Path(home)
            marked = (one for one in (folder, *folder.parents) if _is(one))
            found = cls(folder, top.above(folder) or next(marked, folder))
            if known is _MOVING:
                return found
            known[home] = found
        return known[home]

    @property
    def upwards(self) -> tuple[Path, ...]:
        """The suite's folder and those above it, up to the root."""
        inside = (one for one in self.folder.parents if one.is_relative_to(self.root))
        return tuple(dict.fromkeys((self.folder, *inside, self.root)))

    @property
    def importable(self) -> tuple[Path, ...]:
        """The folders of modules that are named from the root."""
        source = self.root / "src"
        return (self.root, source) if source.is_dir() else (self.root,)

    @property
    def searched(self) -> tuple[Path, ...]:
        """Where a dotted name is looked for, in this order."""
        here = current()
        every = [*([here] if here else []), *self.importable, self.folder]
        return tuple(dict.fromkeys(every))


_MOVING: dict[str, Project] = {}
_STANDING: ContextVar[dict[str, Project]] = ContextVar("_STANDING", default=_MOVING)


@contextlib.contextmanager
def standing() -> Iterator[None]:
    """Look for the project around each folder once inside the block, however often it is asked."""
    outer = _STANDING.get()
    token = _STANDING.set({} if outer is _MOVING else outer)
    try:
        yield
    finally:
        _STANDING.reset(token)


def _is(folder: Path) -> bool:
    return any(os.path.lexists(folder / mark) for mark in MARKS)


def current() -> Path | None:
    """Return the current folder, None when it has been deleted."""
    try:
        return Path.cwd()
    except OSError:
        return None


def is_installed(path: Path) -> bool:
    """Whether a file is of a library, of Python or of the harness: nothing that the user edits."""
    return (
        bool(_INSTALLED.intersection(path.parts))
        or path.is_relative_to(_LIBRARY)
        or path.is_relative_to(_OURS)
    )


def module_files(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files that importing a dotted name from a folder runs; none if it is not there.

    The ``__init__.py`` of each package first; a package without one is a folder.
    """
    found: list[Path] = []
    for part in parts[:-1]:
        folder = folder / part
        if not look(folder).is_dir():
            return
        found += [path for path in (folder / "__init__.py",) if path.is_file()]
    last = (folder / parts[-1] / "__init__.py", folder / f"{parts[-1]}.py")
    if own := next((path for path in last if look(path).is_file()), None):
        yield from (*found, own)


def matching(pattern: str, project: Project) -> tuple[Path, ...]:
    """Return the files that a pattern names, from the root of a project on."""
    names = glob.glob(pattern, root_dir=project.root, recursive=True)  # noqa: PTH207 - any pattern
    paths = (Path(os.path.normpath(project.root / name)) for name in sorted(names))
    return tuple(path for path in paths if path.is_file())
