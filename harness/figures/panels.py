"""Which groups share a panel: those of one machine, where there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.figures.select import DEVICE, MACHINE, Group

Drawn = TypeVar("Drawn")
CROWD = 4
"""Lines that can be told apart in one panel, whatever machines they are of."""


def by_machine(
    lines: Sequence[Drawn], group: Callable[[Drawn], Group]
) -> list[tuple[str, list[Drawn]]]:
    """Return machine to its lines, beside each other; all under ``""`` where they are few.

    Parameters
    ----------
    lines : sequence
        What is drawn.
    group : callable
        The group of one.
    """
    machines = dict.fromkeys(group(one).parts.get(MACHINE, "") for one in lines)
    if len(lines) <= CROWD or len(machines) != 2 or "" in machines:
        return [("", list(lines))]
    return [
        (name, [one for one in lines if group(one).parts[MACHINE] == name]) for name in machines
    ]


def without_machine(group: Group) -> Group:
    """Return a group whose name leaves out the machine, which stands over its panel."""
    parts = {name: text for name, text in group.parts.items() if name not in (MACHINE, DEVICE)}
    return replace(group, parts=parts)
