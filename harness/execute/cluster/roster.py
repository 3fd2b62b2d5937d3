"""The workers of a cluster: each is looked at before it gets a cell, and refused if it differs."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from harness.devices import DEVICES
from harness.errors import ClusterUnfit
from harness.execute.cluster import messages
from harness.execute.cluster.backlog import label
from harness.execute.cluster.link import Event, Link, TaskEnded, WorkersPresent
from harness.execute.cluster.messages import Load, WorkerInfo
from harness.types import Environment

_LONGEST_LOOK = 330.0  # seconds for a worker to say what it is
_LABELS = tuple(name for name in map(label, DEVICES) if name)
_MOST_SHOWN = 3


@dataclass(frozen=True)
class Sent:
    """A load that a worker has; a suspect is a single cell that was lost with a worker before."""

    load: Load
    label: str
    suspect: bool = False


@dataclass(eq=False)
class Member:
    """A worker that was looked at.

    Attributes
    ----------
    address : str
        Where it is.
    info : WorkerInfo
        What it is.
    serves : tuple of str
        Labels of the devices whose cells it may have.
    loads : dict of str to Sent
        What it has to do, by the key of the task.
    since : float
        When it was last heard of, or given something to do while it had nothing.
    """

    address: str
    info: WorkerInfo
    serves: tuple[str, ...]
    loads: dict[str, Sent] = field(default_factory=dict)
    since: float = 0.0

    def slots(self, name: str) -> int:
        """Return how many tasks of a label it takes at a time."""
        bound = int(self.info.resources.get(name, 0)) if name else self.info.slots
        return min(self.info.slots, bound)


class Roster:
    """Who is there.

    Parameters
    ----------
    link : Link
        To the scheduler.
    run : str
        What workers know this run by.
    notify : callable
        Told in a line of workers that are refused or lost.

    Attributes
    ----------
    members : dict of str to Member
        Those that get cells, by address.
    refused : dict of str to str
        Those that do not, with the reason.
    ours : dict of str to str
        What must be equal on every worker.
    classes : dict of str to Environment
        By label, a machine of the class that its cells are measured on.
    """

    def __init__(self, link: Link, run: str, notify: Callable[[str], object]) -> None:
        self.link, self.run, self.notify = link, run, notify
        self._asked: dict[str, tuple[str, float]] = {}
        self._numbers = itertools.count()
        self.ours = messages.versions()
        self._settled = False
        self.members: dict[str, Member] = {}
        self.refused: dict[str, str] = {}
        self.classes: dict[str, Environment] = {}

    @property
    def pending(self) -> int:
        """How many workers have not yet said what they are."""
        return len(self._asked)

    def note(self, event: Event) -> list[Member]:
        """Take in what was heard; return the members that are gone."""
        if isinstance(event, WorkersPresent):
            return self._note_present(event.addresses)
        if event.key in self._asked:
            self._note_look(event)
        return []

    def lose(self, member: Member) -> None:
        """Strike a worker off; if it is there, it is looked at again."""
        self.members.pop(member.address, None)

    def refuse(self, address: str, reason: str) -> None:
        """Give a worker no cells any more."""
        self.members.pop(address, None)
        self.refused[address] = reason
        self.notify(f"worker {address} is refused: {reason}")
        self.dismiss(address)

    def dismiss(self, *addresses: str) -> dict[str, str]:
        """Have workers end what they started for this run; return their addresses by task."""
        keys = {f"harness-{self.run}-end-{next(self._numbers)}": to for to in addresses}
        for key, to in keys.items():
            self.link.send(key, to, "dismiss", self.run)
        return keys

    def leave(self) -> dict[str, str]:
        """Dismiss all workers that were ever asked something, and are there."""
        self.link.drop(list(self._asked))
        everyone = {*self.members, *(address for address, _ in self._asked.values())}
        self._asked.clear()
        return self.dismiss(*sorted(everyone))

    def settle(self) -> None:
        """Choose the class of machines for each device: the one with the most room.

        Raises
        ------
        ClusterUnfit
            If no worker can be used.
        """
        everyone, self._settled = list(self.members.values()), True
        plain = [one for one in everyone if not _labels(one.info)]
        for name in ("", *_LABELS):
            able = (plain or everyone) if not name else everyone
            able = [one for one in able if one.slots(name)]
            if able:
                self.classes[name] = _largest(able, name)
        for member in everyone:
            self._place(member)
        self.check()

    def check(self) -> None:
        """Raise if all workers that there are have been refused.

        Raises
        ------
        ClusterUnfit
        """
        if self.members or self.pending or not self.refused:
            return
        pairs = list(self.refused.items())
        shown = " | ".join(f"{address}: {reason}" for address, reason in pairs[:_MOST_SHOWN])
        more = f" | and {len(pairs) - _MOST_SHOWN} more" if len(pairs) > _MOST_SHOWN else ""
        raise ClusterUnfit(f"no worker of the cluster can be used: {shown}{more}")

    def _note_present(self, addresses: Iterable[str]) -> list[Member]:
        present, now = frozenset(addresses), time.monotonic()
        gone = [one for address, one in self.members.items() if address not in present]
        for member in gone:
            self.lose(member)
        self.refused = {a: reason for a, reason in self.refused.items() if a in present}
        late = {k for k, (a, t) in self._asked.items() if a not in present or now > t}
        self.link.drop(late)
        for key in late:
            address, _ = self._asked.pop(key)
            if address in present:
                self.refuse(
                    address, "it does not say what it is; it hangs, or its threads are taken"
                )
        known = {*self.members, *self.refused, *(address for address, _ in self._asked.values())}
        for address in sorted(present - known):
            self._look_at(address, now)
        return gone

    def _look_at(self, address: str, now: float) -> None:
        key = f"harness-{self.run}-look-{next(self._numbers)}"
        self._asked[key] = (address, now + _LONGEST_LOOK)
        self.link.send(key, address, "look", self.run)

    def _note_look(self, ended: TaskEnded) -> None:
        address, _ = self._asked.pop(ended.key)
        info = ended.value
        if not isinstance(info, WorkerInfo):
            hint = "; install claims-harness there, of this very version" if ended.error else ""
            self.refuse(address, f"it cannot say what it is ({ended.error or info!r}){hint}")
        elif reason := messages.differences(self.ours, info.versions):
            self.refuse(address, reason)
        else:
            self.members[address] = Member(address, info, ())
            if self._settled:
                self._place(self.members[address])

    def _place(self, member: Member) -> None:
        """Say what a worker serves, by the class of its machine; nothing refuses it."""
        able = [name for name in (*_LABELS, "") if member.slots(name) and name in self.classes]
        klass = member.info.environment.klass
        member.serves = tuple(name for name in able if self.classes[name].klass == klass)
        if not member.serves:
            others = self.classes[able[0]] if able else member.info.environment
            reason = messages.class_differences(others, member.info.environment)
            self.refuse(member.address, reason or "its resources are for no device that is known")


def _labels(info: WorkerInfo) -> list[str]:
    return [name for name in _LABELS if info.resources.get(name, 0) >= 1]


def _largest(able: Iterable[Member], name: str) -> Environment:
    """Return the class with the most slots; of equal ones always the same."""
    able = list(able)
    room: Counter[str] = Counter()
    for one in able:
        room[one.info.environment.klass] += one.slots(name)
    best = min(room, key=lambda klass: (-room[klass], klass))
    return next(one.info.environment for one in able if one.info.environment.klass == best)


def kernels(members: Mapping[str, Member]) -> dict[str, list[Member]]:
    """Return the workers by the machine that they share."""
    found: dict[str, list[Member]] = {}
    for member in members.values():
        found.setdefault(member.info.kernel or member.address, []).append(member)
    return found
