"""A table of named things, such as probes or devices, that a suite or an option may name.

Adding a thing is adding an entry. What takes long to import is entered as its place,
and imported when it is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast

from harness.errors import UsageError
from harness.words import unknown

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Named(Protocol):
    """A thing that knows its own name."""

    @property
    def name(self) -> str:
        """As suites write it."""
        ...


N = TypeVar("N", bound=Named)


@dataclass(frozen=True)
class Lazy:
    """An entry that is imported when it is asked for.

    Attributes
    ----------
    place : str
        ``"package.module:NAME"``.
    """

    place: str

    def load(self) -> object:
        """Import the module and return the attribute."""
        module, _, attribute = self.place.partition(":")
        return getattr(importlib.import_module(module), attribute)


class Registry(Generic[T_co]):
    """Things of one kind by name, in the order they were entered; iterating gives the names.

    Parameters
    ----------
    kind : str
        What they are, as messages say it: ``"probe"``.
    entries : iterable of (str, T_co or Lazy)
        Names, each with its thing or its place.

    Raises
    ------
    ValueError
        If two entries have one name.
    """

    def __init__(self, kind: str, entries: Iterable[tuple[str, T_co | Lazy]]) -> None:
        self.kind = kind
        self._entries: dict[str, T_co | Lazy] = {}
        for name, entry in entries:
            if name in self._entries:
                raise ValueError(f"there must be one {kind} {name!r}, got two; rename one")
            self._entries[name] = entry

    def names(self) -> tuple[str, ...]:
        """Return all names."""
        return tuple(self._entries)

    def get(self, name: str) -> T_co:
        """Return the thing of a name.

        Raises
        ------
        UsageError
            If there is none; says the nearest.
        """
        if name not in self._entries:
            raise UsageError(self.unknown(name))
        entry = self._entries[name]
        # A place is trusted: a contract test over every table asks for all that it has.
        return cast(T_co, entry.load()) if isinstance(entry, Lazy) else entry

    def unknown(self, name: str) -> str:
        """Return the sentence for a name that is not here, with the nearest that is."""
        return unknown(self.kind, name, self._entries)

    def items(self) -> Iterator[tuple[str, T_co]]:
        """Yield every name with its thing; imports all of them."""
        return ((name, self.get(name)) for name in self._entries)

    def load(self) -> None:
        """Import all that is not imported yet."""
        for _ in self.items():
            pass

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries


def named(kind: str, things: Iterable[N]) -> Registry[N]:
    """Return the registry of things that know their own names."""
    return Registry(kind, ((thing.name, thing) for thing in things))


def lazily(kind: str, places: Iterable[tuple[str, str]]) -> Registry[T]:
    """Return a registry of things that are imported when asked for, each at its `Lazy.place`."""
    return Registry(kind, ((name, Lazy(place)) for name, place in places))
