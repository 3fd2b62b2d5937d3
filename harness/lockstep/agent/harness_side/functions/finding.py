"""Functions by their place, and the arguments that they are called with."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

Function = Callable[..., Any]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
"""Those by place and those by name."""


def function(place: Mapping[str, Any], loader: str = "") -> Function:
    """Return a function.

    Parameters
    ----------
    place : mapping of str to object
        ``module``, ``attribute``, and what else the loader wants to know.
    loader : str
        File of a module with ``Place`` and ``load(place)``, as
        `harness.experiments.user.loading`; where none is given, the module is imported by its name.

    Raises
    ------
    LookupError
        If the module has no such function.
    """
    module = _loaded(place, loader) if loader else importlib.import_module(place["module"])
    found = getattr(module, place["attribute"], None)
    if not callable(found):
        raise LookupError(f"{place['module']} has no function {place['attribute']!r}")
    return found  # type: ignore[no-any-return]


def _loaded(place: Mapping[str, Any], loader: str) -> ModuleType:
    """Import a module as cells do, by the file that does it: the harness need not be here."""
    name = f"{__package__}.loading"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, loader)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    loading: Any = sys.modules[name]
    known = {**place, "path": tuple(place.get("path", ()))}
    return loading.load(loading.Place(**known))  # type: ignore[no-any-return]


def arguments(
    function: Function, given: Sequence[Any], known: Mapping[str, Callable[[], Any]]
) -> Arguments:
    """Return what a function is called with: what is given, then by name what it asks for.

    Parameters
    ----------
    function : callable
        Whose arguments they are.
    given : sequence
        Its first arguments.
    known : mapping of str to callable
        Makes each of those that may be asked for: seed, rng, and the params.

    Raises
    ------
    TypeError
        If they do not fit the function; the text has its name and its arguments.
    """
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # one of C that does not tell
        return tuple(given), {}
    asked = list(signature.parameters.values())[len(given) :]
    named = [one.name for one in asked if one.name in known and one.kind in _BY_NAME]
    by_name = {name: known[name]() for name in named}
    try:
        signature.bind(*given, **by_name)
    except TypeError as error:
        name = getattr(function, "__name__", "the function")
        some = f"{len(given)} from setup" if given else "nothing from setup"
        beside = f"; by name it can have {', '.join(known)}"
        text = f"{name}{signature} cannot be called: {error}; it is given {some}{beside}"
        raise TypeError(text) from None
    return tuple(given), by_name


_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
