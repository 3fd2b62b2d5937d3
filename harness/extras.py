"""Libraries that are not imported with the harness: those that may be missing, and slow ones.

``pip install claims-harness`` brings what judging, drawing and one's own experiments take. All else
is imported inside of the function that needs it (a test holds every module to that), after it was
asked for here, so that one message names what to install.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from harness.errors import LibraryMissing

EXTRAS: Mapping[str, tuple[str, str]] = {
    "torch": ("torch", "torch"),
    "torchvision": ("torchvision", "data"),
    "pyarrow": ("pyarrow", "data"),
    "PIL": ("pillow", "data"),
    "sklearn": ("scikit-learn", "sklearn"),
    "ruptures": ("ruptures", "gate"),
    "distributed": ("distributed", "dask"),
}
"""By the name that is imported: that of the distribution, and of the extra that brings it."""


def missing(*modules: str) -> str | None:
    """Return why the first of some modules that is not here is missing, and what brings it.

    Parameters
    ----------
    *modules : str
        Keys of `EXTRAS`.

    Returns
    -------
    str or None
        ``"pyarrow is not installed; install claims-harness[data]"``; None when all are here.
        Nothing is imported.
    """
    for module in modules:
        if not _here(module):
            library, extra = EXTRAS[module]
            return f"{library} is not installed; install claims-harness[{extra}]"
    return None


def require(*modules: str) -> None:
    """Raise if a module is not here.

    Raises
    ------
    LibraryMissing
        With the text of `missing`.
    """
    if reason := missing(*modules):
        raise LibraryMissing(reason)


def version(module: str) -> str:
    """Return the installed version of the library of a module, ``""`` when it is not here."""
    try:
        return metadata.version(EXTRAS[module][0])
    except metadata.PackageNotFoundError:
        return ""


def _here(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # a finder refuses it
        return False


class late:  # noqa: N801 - it stands for a module
    """A library that is imported when something of it is first asked for.

    Parameters
    ----------
    name : str
        Of the module: ``"scipy.special"``.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self._name), name)
        setattr(self, name, found)  # found without a detour from now on
        return found

    def __reduce__(self) -> tuple[type[late], tuple[str]]:
        return late, (self._name,)
