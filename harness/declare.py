"""``@harness.experiment(...)``: what a user's function says of itself beside its arguments.

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
    """Declare a function as an experiment; needed by none, useful to `harness check`.

    Parameters
    ----------
    metrics : iterable of str, or mapping of str to str
        Names of all that the function returns, so that a misspelt one is found before anything
        runs; with the kind of number each is (``"share"``, ``"positive"``, ...; see
        ``docs/statistics.md``). A function may then return bare numbers: one, or a tuple in this
        order. Names that depend on the arguments are given as the shell writes many,
        ``"grad_*"``. A name that is returned and not declared fails the cell.
    version : int
        To be raised when results change for a reason that is not in the project's code.
    alone : bool
        Whether it takes times: its cells then run with nothing beside them.
    backends : iterable of str
        The libraries that it knows, of those that a suite's ``backend`` names: with others there
        is no such case. None said, it does not care.
    reusable : bool
        Whether its cells may follow each other in one process, which takes less time for small
        ones: it keeps nothing from one call to the next. Random seeds, settings of NumPy and
        torch, environment variables, the current folder, signals and the like are put back after
        each cell; what a module of its own remembers is not.

    Raises
    ------
    TypeError, ValueError
        If one of them is something else.

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
        "alone": bool(alone),
        "backends": _names(backends),
        "reusable": bool(reusable),
    }

    def declared(given: F) -> F:
        if not callable(given):
            raise TypeError(f"harness.experiment must be given a function, got {given!r}")
        setattr(given, ATTRIBUTE, told)
        return given

    return declared if function is None else declared(function)


def _kinds(metrics: Iterable[str] | Mapping[str, Kind]) -> dict[str, Kind]:
    if isinstance(metrics, str):
        metrics = [metrics]
    pairs = metrics.items() if isinstance(metrics, Mapping) else ((one, DEFAULT) for one in metrics)
    found: dict[str, Kind] = dict(pairs)
    for name, kind in found.items():
        if not isinstance(name, str) or not name:
            raise TypeError(f"the name of a metric must be a text, got {name!r}")
        if kind not in KINDS:
            raise ValueError(f"metric {name!r}: {unknown('kind of number', str(kind), KINDS)}")
    return found


def _names(backends: Iterable[str]) -> list[str]:
    found = [backends] if isinstance(backends, str) else list(backends)
    if wrong := [one for one in found if not isinstance(one, str)]:
        raise TypeError(f"the backends of an experiment must be names, got {wrong[0]!r}")
    return found


def _whole(version: int) -> int:
    if type(version) is not int or version < 1:
        raise ValueError(f"the version of an experiment must be a count, got {version!r}")
    return version
