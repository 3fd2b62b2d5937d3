"""Which records a figure shows, and how they fall into groups of equal settings.

A group is one case: records that differ in anything but the seed are never averaged. When a
figure's hue leaves other axes free (a second backend, a second machine), those split the groups
further and appear in the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.config.claim import Figure, Where, selects
from harness.figures.labels import NAMELESS, NO_WORDS, Words, axis_title, entry, setting, shorts
from harness.figures.theme import IMPLEMENTATIONS
from harness.types import Archive, Record, Scalar

MACHINE, DEVIATION, BACKEND, DEVICE = "machine", "deviation", "backend", "device"
MEASURED = ("ok", "diverged")
Row = tuple[Mapping[str, Scalar], Record]


@dataclass(frozen=True)
class Group:
    """Records of one case, by seed.

    Attributes
    ----------
    hue : Scalar or None
        Value of the hue axis.
    rest : tuple of (str, Scalar)
        Axes that vary beside hue and x, with this group's values.
    hue_index, rest_index : int
        Positions for colour and marker, and for dashes.
    label : str
        Both in words; ``""`` for a lone group.
    parts : mapping of str to str
        Axis to words, under a heading that names the hue axis.
    records : tuple of Record
        Ordered by seed.
    """

    hue: Scalar | None
    rest: tuple[tuple[str, Scalar], ...]
    hue_index: int
    rest_index: int
    label: str
    records: tuple[Record, ...]
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The label under a heading that names the hue axis."""
        return ", ".join(dict.fromkeys(self.parts.values()))


def matches(record: Record, where: Where) -> bool:
    """Whether a record has every axis value of `where`."""
    return selects(where, {**record.axes, "experiment": record.experiment})


def selected(record: Record, figure: Figure) -> bool:
    """Whether a figure selects a record; a side of its ``compare`` overrides its ``where``."""
    if figure.compare is None:
        return matches(record, figure.where)
    sides = (figure.compare.better, figure.compare.than)
    return any(matches(record, {**figure.where, **side}) for side in sides)


def with_result(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records that hold a result."""
    return tuple(record for record in records if record.status in MEASURED)


def newest(records: Iterable[Record], archive: Archive) -> tuple[Record, ...]:
    """Return the last record of each case, seed, data set and machine.

    A library upgrade opens a new environment class on the same machine; what was measured under
    the old one stays in the store and is not shown beside the new.
    """
    last: dict[tuple[object, ...], Record] = {}
    for record in records:
        used = record.data.used if record.data else ""
        key = (record.case, record.seed, used, machine(record, archive))
        last.pop(key, None)
        last[key] = record
    return tuple(last.values())


def machine(record: Record, archive: Archive) -> str:
    """Return the hardware class a record was measured on."""
    environment = archive.environments.get(record.environment)
    return environment.hardware if environment else record.environment


def settings(record: Record, archive: Archive) -> dict[str, Scalar]:
    """Return the axes of a record, with the machine and the profile's deviation as two more."""
    deviation = record.deviation or "full protocol"
    return {**record.axes, MACHINE: machine(record, archive), DEVIATION: deviation}


def ordered(values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    """Return distinct values: numbers by size, names in order of appearance."""
    distinct = list(dict.fromkeys(values))
    numbers = [value for value in distinct if as_number(value) is not None]
    names = [value for value in distinct if as_number(value) is None]
    return (*sorted(numbers, key=lambda value: as_number(value) or 0.0), *names)


def as_number(value: Scalar) -> float | None:
    """Return an axis value as a number, None for names; one-item lists (``"128"``) are numbers."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def groups(
    records: Sequence[Record],
    archive: Archive,
    hue: str = "",
    x: str = "",
    words: Words = NO_WORDS,
) -> tuple[Group, ...]:
    """Split records into groups of one case each (over all x), hue first.

    Parameters
    ----------
    records : sequence of Record
        Measured records.
    archive : Archive
        For the machines.
    hue, x : str
        Axis names; ``""`` for none.
    words : mapping of str to str
        What the suite calls axes.
    """
    rows = [(settings(record, archive), record) for record in records]
    rest_names = _free_axes([row for row, _ in rows], {hue, x})
    hues = ordered(row[hue] for row, _ in rows if hue in row)
    found: dict[tuple[Scalar | None, tuple[Scalar, ...]], list[Row]] = {}
    for row, record in rows:
        rest = tuple(row[name] for name in rest_names if name in row)
        found.setdefault((row.get(hue), rest), []).append((row, record))
    rests = list(dict.fromkeys(rest for _, rest in found))
    say = _Namer(hue, rest_names, [row for row, _ in rows], words)
    return tuple(
        _group(say, hues, rests, key, found[key])
        for key in sorted(found, key=lambda key: (_position(hues, key[0]), rests.index(key[1])))
    )


class _Namer:
    """Names groups by the axes that single them out, machines in few words.

    The device of a group is said by its machine, where several machines are shown.
    """

    def __init__(
        self, hue: str, names: Sequence[str], rows: Sequence[Mapping[str, Scalar]], words: Words
    ) -> None:
        self.hue, self.names, self._words = hue, names, words
        self._places = shorts(_place(row) for row in rows) if MACHINE in (hue, *names) else {}

    def __call__(
        self, hue: Scalar | None, row: Mapping[str, Scalar], *, short: bool
    ) -> Mapping[str, str]:
        """Return axes to words; `short` under a heading that names the hue axis."""
        parts = {}
        for name in (self.hue, *self.names):
            if not name or name not in row or (name == self.hue and hue is None):
                continue
            if self._places and name in (MACHINE, DEVICE):
                parts[name] = self._places[_place(row)]
            elif short and name == self.hue:
                parts[name] = entry(name, row[name])
            else:
                parts[name] = setting(name, row[name], self._words)
        return parts


def heading(hue: str, words: Words) -> str:
    """Return what stands over the names of groups; ``""`` where they say it themselves."""
    return "" if not hue or hue in NAMELESS else axis_title(hue, words=words)


def _place(row: Mapping[str, Scalar]) -> tuple[str, str]:
    return str(row.get(DEVICE, "")), str(row[MACHINE])


def _group(
    say: _Namer,
    hues: Sequence[Scalar],
    rests: Sequence[tuple[Scalar, ...]],
    key: tuple[Scalar | None, tuple[Scalar, ...]],
    rows: Sequence[tuple[Mapping[str, Scalar], Record]],
) -> Group:
    value, rest = key
    first = rows[0][0]
    named = dict(zip(say.names, rest, strict=False))
    return Group(
        hue=value,
        rest=tuple(named.items()),
        hue_index=_colour(say.hue, hues, value, named),
        rest_index=rests.index(rest),
        label=", ".join(dict.fromkeys(say(value, first, short=False).values())),
        parts=say(value, first, short=True),
        records=tuple(sorted((record for _, record in rows), key=lambda record: record.seed)),
    )


def _colour(
    hue: str, hues: Sequence[Scalar], value: Scalar | None, rest: Mapping[str, Scalar]
) -> int:
    """Return which colour a group has: an implementation always its own, settings in turn."""
    backend = value if hue == BACKEND else None if hue else rest.get(BACKEND)
    if backend in IMPLEMENTATIONS:
        return IMPLEMENTATIONS.index(str(backend))
    return len(IMPLEMENTATIONS) + _position(hues, value)


def _position(values: Sequence[Scalar], value: Scalar | None) -> int:
    return values.index(value) if value in values else 0


def _free_axes(rows: Sequence[Mapping[str, Scalar]], pinned: set[str]) -> tuple[str, ...]:
    """Return the axes that take several values among rows of equal hue and x."""
    seen: dict[tuple[object, ...], dict[str, set[Scalar]]] = {}
    free: dict[str, None] = {}
    for row in rows:
        values = seen.setdefault(tuple(row.get(name) for name in sorted(pinned)), {})
        for name in row.keys() - pinned:
            values.setdefault(name, set()).add(row[name])
    names = list(dict.fromkeys(name for row in rows for name in row))
    for values in seen.values():
        free.update({name: None for name in names if len(values.get(name, ())) > 1})
    return tuple(name for name in names if name in free)
