"""``@harness.experiment(...)``: what a user's function declares about itself.

Imports nothing large, so that the file of a function starts as fast as without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, overload

from harness.config.kinds import DEFAULT, KINDS, Kind
from harness.words import unknown

ATTRIBUTE = "__harness__"
"""Where a function keeps what was declared: a table of what `experiment` was given."""
ONLY = "value"
"""The metric of a function that returns a bare number and declares no name for it."""
F = TypeVar("F", bound=Callable[..., object])


@overload
def experiment(function: F, /) -> F: ...
@overload
def experiment(
    *,
    metrics: Iterable[str] | Mapping[str, Kind] = ...,
    version: int = ...,
    alone: bool = ...,
    backends: Iterable[str] = ...,
    reusable: bool = ...,
) -> Callable[[F], F]: ...
def experiment(
    function: Any = None,
    /,
    *,
    metrics: Iterable[str] | Mapping[str, Kind] = (),
    version: int = 1,
    alone: bool = False,
    backends: Iterable[str] = (),
    reusable: bool = False,
) -> Any:
    """Declare what `harness check` should know about an experiment; no function needs it.

    Parameters
    ----------
    metrics : iterable of str, or mapping of str to str
        Names of all that the function returns, so that a misspelt one is found before anything
        runs; a mapping also gives the kind of each number (``"share"``, ``"positive"``, ...; see
        ``docs/statistics.md``). A function may then return bare numbers: one, or a tuple in this
        order. For names that depend on the arguments give a pattern, ``"grad_*"``. If a name is
        returned that is not declared, the cell fails.
    version : int
        Raise it when results change for a reason that is not in the project's code.
    alone : bool
        Whether the function measures times: while one of its cells runs, no other cell does.
    backends : iterable of str
        The values of the axis ``backend`` that the function supports; for other values there is no
        case. All values if none is given.
    reusable : bool
        Whether its cells may run one after another in the same process, which is faster for small
        cells. The function must keep nothing from one call to the next. Random seeds, settings of
        NumPy and torch, environment variables, the current folder, signals and the like are
        restored after each cell; what the function's own module remembers is not.

    Raises
    ------
    TypeError, ValueError
        If an argument has another type or value.

    Examples
    --------
    >>> import harness
    >>> @harness.experiment(metrics={"accuracy": "share"})
    ... def accuracy(seed: int, trees: int = 100) -> float:
    ...     return 0.97
    """
    told = {
        "metrics": _kinds(metrics),
        "version": _whole(version),
        "alone": _flag("alone", alone),
        "backends": _names("backends", backends),
        "reusable": _flag("reusable", reusable),
    }

    def declared(given: F) -> F:
        if not callable(given):
            raise TypeError(f"harness.experiment must be given a function, got {given!r}")
        setattr(given, ATTRIBUTE, told)
        return given

    return declared if function is None else declared(function)


def _kinds(metrics: Iterable[str] | Mapping[str, Kind]) -> dict[str, Kind]:
    names = _names("metrics", metrics)
    if not isinstance(metrics, Mapping):
        return dict.fromkeys(names, DEFAULT)
    for name, kind in metrics.items():
        if str(kind) not in KINDS:
            raise ValueError(f"metric {name!r}: {unknown('kind of number', str(kind), KINDS)}")
    return dict(metrics)


def _names(what: str, given: Iterable[str]) -> list[str]:
    if not isinstance(given, Iterable):
        raise TypeError(f"the {what} of an experiment must be names, got {given!r}")
    found = [given] if isinstance(given, str) else list(given)
    if wrong := [one for one in found if not isinstance(one, str) or not one]:
        raise TypeError(f"the {what} of an experiment must be names, got {wrong[0]!r}")
    return found


def _flag(name: str, given: bool) -> bool:
    if not isinstance(given, bool):  # a text such as "no" would be true
        raise TypeError(f"{name} of an experiment must be True or False, got {given!r}")
    return given


def _whole(version: int) -> int:
    if type(version) is not int or version < 1:
        raise ValueError(f"the version of an experiment must be a count, got {version!r}")
    return version
