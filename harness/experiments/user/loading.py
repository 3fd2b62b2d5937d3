"""Importing a user's module, the same way where it is asked about and where a cell runs.

Used where only the standard library may be. What the user edits is compiled from its source each
time: Python takes a cached file for the source's when time (in whole seconds) and size agree, and
then the old code would run under the new code's name.
"""

# ruff: noqa: PTH100, PTH112, PTH120
from __future__ import annotations

import importlib
import importlib.util
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from types import ModuleType
from typing import Any, NoReturn

_INSTALLED = ("site-packages", "dist-packages")
_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep


@dataclass(frozen=True)
class Place:
    """Where a user's function is, and in which folders its module runs.

    Attributes
    ----------
    module, attribute : str
        The module's name, and that of the function in it.
    file : str
        The module's file; ``""`` where only an import can tell.
    alone : bool
        Whether the file is imported as it is, not by its name: it is in no package.
    path : tuple of str
        Folders from which its imports are served first.
    folder : str
        The current folder while it runs, ``""`` for any.
    """

    module: str
    attribute: str
    file: str = ""
    alone: bool = False
    path: tuple[str, ...] = ()
    folder: str = ""


def load(place: Place) -> ModuleType:
    """Import the module of a place; whatever it raises is raised."""
    _prepare(place)
    if not place.alone:
        _refuse_another(place)
        return importlib.import_module(place.module)
    known = sys.modules.get(place.module)
    if known is not None and _is_file(known, place.file):
        return known
    name = place.module if known is None else f"{place.module}_of_the_suite"
    spec = importlib.util.spec_from_loader(name, _Fresh(name, place.file), origin=place.file)
    assert spec is not None
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _run(name, module)
    return module


def _refuse_another(place: Place) -> None:
    """Refuse a module of whose name another was imported before from elsewhere, Python's say."""
    top = place.module.partition(".")[0]
    known = sys.modules.get(top)
    if known is None or not place.path:
        return
    folder = os.path.realpath(place.path[0]) + os.sep
    places = [getattr(known, "__file__", None) or "", *getattr(known, "__path__", ())]
    if not any(os.path.realpath(one).startswith(folder) for one in places):
        raise ImportError(
            f"the module {top!r} must be the one in {place.path[0]}, got another of that name, "
            "which was imported before; rename it"
        )


def _run(name: str, module: ModuleType) -> None:
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    try:
        module.__spec__.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise


def _is_file(module: ModuleType, file: str) -> bool:
    return os.path.realpath(getattr(module, "__file__", None) or "") == os.path.realpath(file)


def _prepare(place: Place) -> None:
    if place.folder:
        os.chdir(place.folder)
    sys.path[:] = [*place.path, *(one for one in sys.path if one not in place.path)]
    hook = _Hook(place.path)
    sys.path_hooks.insert(0, hook)
    for known in list(sys.path_importer_cache):
        if hook.has(known):
            del sys.path_importer_cache[known]


class _Fresh(SourceFileLoader):
    """Compiles a module from its source, and leaves no compiled file."""

    def path_stats(self, path: Any) -> NoReturn:
        """Know no time of the source: no cached file can then stand for it."""
        raise OSError(f"{path} is compiled each time")


class _Hook:
    """Finds modules in the folders that a user edits, and below them."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = tuple(os.path.abspath(folder) + os.sep for folder in folders)

    def __call__(self, folder: str) -> FileFinder:
        if not self.has(folder):
            raise ImportError(f"{folder} holds nothing that is edited")
        kinds = (ExtensionFileLoader, EXTENSION_SUFFIXES), (_Fresh, SOURCE_SUFFIXES)
        return FileFinder(folder, *kinds)

    def has(self, folder: str) -> bool:
        """Whether a folder is one of them or below, and no place of installed libraries."""
        whole = os.path.abspath(folder) + os.sep
        own = whole.startswith(self.folders) and not whole.startswith(_OURS)
        return (
            own
            and os.path.isdir(whole)
            and not any(f"{os.sep}{name}{os.sep}" in whole for name in _INSTALLED)
        )


def seed_everything(seed: int) -> None:
    """Seed the global generators of Python, NumPy and torch, those of them that are loaded.

    Cells are forks of one process and would otherwise all draw the same numbers from them.
    """
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed % 2**63)
