"""What a suite names to be called: functions by their place, programs by their words.

For experiments that call what is the user's: what there is at a place, and the files of it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.experiments.command import template
from harness.experiments.command.template import sources
from harness.experiments.experiment import Context, seed_of
from harness.experiments.user import loading
from harness.experiments.user.finding import find
from harness.experiments.user.loading import Place
from harness.experiments.user.modules import known
from harness.words import unknown

LOADER = Path(loading.__file__)
"""Imports a user's module where the harness need not be: it needs the standard library only."""
Words = tuple[str, ...]
_BY_NAME = ("", "keyword")
"""Kinds of argument that can be given by their names."""
_OWN = template.OWN.keys() - {"output"}
__all__ = [
    "LOADER",
    "Place",
    "Words",
    "filled",
    "find",
    "known",
    "parameters",
    "sources",
    "unnamed",
]


def filled(words: Words, context: Context) -> list[str]:
    """Return the words of a program with the seed and the params of a cell filled in."""
    own = {
        "seed": str(seed_of(context.streams)),
        "python": sys.executable,
        "device": context.device,
    }
    values = {**own, **_texts(context.settings.params)}
    return [template.fill(word, values) for word in words]


def unnamed(words: Words, params: Mapping[str, Any]) -> str:
    """Return what is wrong with the names in braces of a program, ``""`` when nothing is."""
    there = {*_OWN, *params}
    wrong = (name for name in template.names(words) if name not in there)
    return next((unknown("name in braces", name, there) for name in wrong), "")


def parameters(work: str | Words, home: str) -> frozenset[str]:
    """Return the keys of ``[params]`` that a function may ask for, or a program has in braces.

    Raises
    ------
    UsageError
        If there is no such function.
    """
    if not isinstance(work, str):
        return frozenset(template.names(work)) - _OWN
    found = known(work, home).declared.parameters or ()
    return frozenset(one.name for one in found if one.kind in _BY_NAME) - {"seed", "rng"}


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: template.text(value) for name, value in params.items()}
