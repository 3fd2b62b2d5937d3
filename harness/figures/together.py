"""Which groups are drawn together: equal ones once, those of one machine in one panel.

Groups whose numbers are equal in every digit shown become one: ``"NumPy = PyTorch"``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.figures.select import BACKEND, DEVICE, MACHINE, Group

LONGEST = 44
"""Letters of a name that fit beside a mark of a legend."""
Drawn = TypeVar("Drawn")
CROWD = 4
"""Lines that can be told apart in one panel, whatever machines they are of."""


@dataclass(frozen=True)
class Merged:
    """What is drawn once: a group, named after all that equal it, and its place in the list."""

    group: Group
    index: int


def merged(groups: Sequence[Group], numbers: Sequence[Hashable]) -> tuple[Merged, ...]:
    """Return the groups to draw, in order.

    Parameters
    ----------
    groups : sequence of Group
        As `harness.figures.select.groups` returns them.
    numbers : sequence of hashable
        All that would be drawn of each, as it is written.
    """
    found: dict[Hashable, list[int]] = {}
    for index, key in enumerate(numbers):
        found.setdefault(key, []).append(index)
    return tuple(
        Merged(_joined([groups[i] for i in indices], groups), indices[0])
        for indices in found.values()
    )


def _joined(equal: Sequence[Group], every: Sequence[Group]) -> Group:
    first = equal[0]
    if len(equal) == 1:
        return first
    shared = _shared(equal)
    if _told_by_backend(equal, every, shared):
        text = " = ".join(dict.fromkeys(group.parts[BACKEND] for group in equal))
        every_part = {**shared, BACKEND: text}
        parts = {name: every_part[name] for name in first.parts if name in every_part}
        return replace(first, label=", ".join(parts.values()), parts=parts)
    text = " = ".join(group.short for group in equal)
    if len(text) > LONGEST:
        text = f"{first.short} and {len(equal) - 1} equal"
    return replace(first, label=" = ".join(group.label for group in equal), parts={"": text})


def _shared(equal: Sequence[Group]) -> Mapping[str, str]:
    """Return what all of them say beside their implementations."""
    first, *rest = (group.parts for group in equal)
    return {
        name: words
        for name, words in first.items()
        if name != BACKEND and all(other.get(name) == words for other in rest)
    }


def _told_by_backend(
    equal: Sequence[Group], every: Sequence[Group], shared: Mapping[str, str]
) -> bool:
    """Whether implementations beside what is shared say which groups are meant, and no other."""
    names = {group.parts.get(BACKEND) for group in equal}
    meant = [
        group
        for group in every
        if group.parts.get(BACKEND) in names
        and all(group.parts.get(name) == words for name, words in shared.items())
    ]
    return None not in names and len(meant) == len(equal)


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
