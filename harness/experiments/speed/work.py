"""The user's code that is timed: how a side finds it, which files it is, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.code.project import Project
from harness.code.sources import Sources
from harness.config.experiments import Speed
from harness.config.settings import Settings
from harness.errors import UsageError
from harness.experiments import named
from harness.experiments.experiment import Context
from harness.words import shortened

Work = str | tuple[str, ...]
KEYS = ("a", "b", "setup")
"""Those of ``[speed]`` that name code."""


def located(work: Work, context: Context) -> dict[str, Any]:
    """Return where a side finds a function, or the words of a command, as JSON values."""
    if isinstance(work, str):
        return asdict(named.find(work, context.home))
    return {"command": named.filled(work, context)}


def described(work: Work) -> str:
    """Return what is timed in a few words."""
    return work if isinstance(work, str) else shortened(" ".join(work))


def folder(context: Context) -> Path:
    """Return the folder in which the sides run: the root of the user's project."""
    return Project.of(context.home).root


def code(settings: Settings, home: str) -> Sources:
    """Return the files that all of it is made of; those that are not there are told by `absent`."""
    found = [(key, _sources(work, settings, home)) for key, work in _given(settings)]
    return Sources(
        tuple(sorted({path for _, one in found for path in one.files})),
        {name: digest for _, one in found for name, digest in one.code.items()},
        {f"{key}: {name}": digest for key, one in found for name, digest in one.address.items()},
    )


def absent(settings: Settings, home: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the functions that are not there, and names in braces that nobody gives."""
    for key, work in _given(settings):
        if isinstance(work, str):
            try:
                named.known(work, home, key)
            except UsageError as error:
                yield ("speed", key), str(error)
        elif wrong := named.unnamed(work, settings.params):
            yield ("speed", key), wrong


def asks(settings: Settings, home: str) -> frozenset[str]:
    """Return the names by which the code asks for something: keys of ``[params]``, or it gets none.

    What is not there asks for nothing; `absent` tells of it.
    """
    return frozenset(name for _, work in _given(settings) for name in _asked(work, home))


def _asked(work: Work, home: str) -> frozenset[str]:
    try:
        return named.parameters(work, home)
    except UsageError:
        return frozenset()


def _sources(work: Work, settings: Settings, home: str) -> Sources:
    if not isinstance(work, str):
        return named.sources(work, settings.params, home)
    try:
        return named.known(work, home).sources
    except UsageError:
        return Sources()


def _given(settings: Settings) -> Iterator[tuple[str, Work]]:
    speed: Speed | None = settings.speed
    for key in KEYS if speed is not None else ():
        if work := getattr(speed, key):
            yield key, work
