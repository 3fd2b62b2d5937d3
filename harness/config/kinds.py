"""What kind of number a metric is: declared, never guessed, it chooses the interval."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Literal

Kind = Literal["fixed", "binary", "share", "count", "real", "positive"]

KINDS: Mapping[Kind, str] = {
    "fixed": "does not depend on the draw, but for rounding: what one run shows, every run shows",
    "binary": "0 or 1: whether something happened",
    "share": "between 0 and 1 in few steps, such as an accuracy over some hundred examples",
    "count": "a whole number: epochs, steps, units",
    "real": "any real number whose runs lie nearly normally around their mean",
    "positive": "skewed or with outliers: times, losses, ratios; judged by the median",
}
"""Every kind, and which metrics are of it."""

DEFAULT: Kind = "real"
"""The kind of a metric for which none is declared."""

_SIGNS = re.compile(r"[*?[]")

FEW = 300
"""An accuracy over fewer examples than this is a share of few steps."""


def of_accuracy(examples: int | None) -> Kind:
    """Return the kind of an accuracy over so many examples; None or 0 where that is not known."""
    return "share" if examples and examples < FEW else "real"


def kinds_of(names: Iterable[str], patterns: Mapping[str, Kind]) -> dict[str, Kind]:
    """Return the kind of every name by the first pattern that it matches; `DEFAULT` by none.

    Parameters
    ----------
    names : iterable of str
        Of metrics, series or arrays.
    patterns : mapping of str to str
        As the shell has them, ``"*_loss"``, the special before the general.
    """
    return dict(_kinds(frozenset(names), tuple(patterns.items())))


@lru_cache(maxsize=1024)  # the cases of a suite leave the same few names
def _kinds(names: frozenset[str], patterns: tuple[tuple[str, Kind], ...]) -> Mapping[str, Kind]:
    return {name: _kind(name, patterns) for name in names}


@lru_cache(maxsize=4096)
def _kind(name: str, patterns: tuple[tuple[str, Kind], ...]) -> Kind:
    return next((kind for pattern, kind in patterns if _asked(pattern)(name)), DEFAULT)


@lru_cache(maxsize=4096)  # that of fnmatch holds 256 and is emptied again and again
def _asked(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a pattern, as the shell has them, matches a name."""
    return re.compile(translate(pattern)).match if _SIGNS.search(pattern) else pattern.__eq__


def kind_of(name: str, kinds: Mapping[str, Kind]) -> Kind:
    """Return the kind of a name: its own, else that of the first pattern it matches."""
    return kinds[name] if name in kinds else _kind(name, tuple(kinds.items()))


def is_named(name: str, names: Iterable[str]) -> bool:
    """Whether a name is among names, some of which may be patterns."""
    return any(name == one or _asked(one)(name) for one in names)


ASSUMING_LEAST: tuple[Kind, ...] = ("positive", "count", "share", "binary", "real", "fixed")


def loosest(*kinds: Kind) -> Kind:
    """Return the kind that assumes least: that of two cases whose kinds differ."""
    return min(kinds, key=ASSUMING_LEAST.index)
