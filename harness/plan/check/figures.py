"""Figures: their kinds, and the axes that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from harness.config.claim import Figure
from harness.plan.check.selections import select
from harness.plan.expand import Plans
from harness.plan.names import Complaint, Path
from harness.registry import Registry
from harness.suite.schema import Suite
from harness.words import unknown

BESIDE = ("machine", "deviation")
"""What a figure may be coloured by beside the axes."""


class FigureKind(Protocol):
    """What must be known of a kind of figure to check its keys."""

    @property
    def x_is_axis(self) -> bool:
        """Whether what ``x`` names is an axis of the suite."""
        ...

    @property
    def hue_is_axis(self) -> bool:
        """Whether what ``hue`` names is one."""
        ...

    @property
    def draws_y(self) -> bool:
        """Whether it draws what ``y`` names."""
        ...

    def wordless(self, figure: Figure, words: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names that it would write as keys; ``""`` for an axis without a name."""
        ...


FigureKinds = Registry[FigureKind]


def complaints(plans: Plans, kinds: FigureKinds) -> Iterator[Complaint]:
    """Yield what is wrong with the figures."""
    seen: set[str] = set()
    for position, figure in enumerate(plans.suite.figures):
        here: Path = ("figures", position)
        if figure.id in seen:
            yield (*here, "id"), f"must be unique within the suite, got {figure.id!r} twice"
        seen.add(figure.id)
        if figure.kind not in kinds:
            yield (*here, "kind"), kinds.unknown(figure.kind)
        else:
            yield from _roles(plans, figure, kinds.get(figure.kind), here)
        yield from _theory(figure, here)
        if not figure.profiles:
            continue
        full = next(plan for plan in plans if plan.profile == figure.profiles[-1])
        yield from select(plans, full, figure.where, (*here, "where"))
        for side in ("better", "than") if figure.compare else ():
            where = {**figure.where, **getattr(figure.compare, side)}
            yield from select(plans, full, where, (*here, "compare", side))


def _roles(plans: Plans, figure: Figure, kind: FigureKind, here: Path) -> Iterator[Complaint]:
    """Yield the keys of a figure that must name an axis and name none, or must be given."""
    names = plans.axes.names
    if kind.x_is_axis and figure.x not in names:
        yield (*here, "x"), unknown("axis", figure.x, names)
    if kind.hue_is_axis and figure.hue not in ("", *BESIDE, *names):
        yield (*here, "hue"), unknown("axis", figure.hue, [*names, *BESIDE])
    if kind.draws_y and not figure.y:
        yield (*here, "y"), "must be given: what is drawn"


def wordless(suite: Suite, kinds: FigureKinds) -> Iterator[Complaint]:
    """Yield what figures would write as keys, where readers need words."""
    for position, figure in enumerate(suite.figures):
        for name in kinds.get(figure.kind).wordless(figure, suite.labels):
            role = next(role for role in ("x", "y", "hue") if getattr(figure, role) == name)
            message = (
                f"must have words for readers, got none for {name!r}; "
                f'write what it is, with its unit, under [labels]: {name} = "..."'
                if name
                else "must be given: what the axis is"
            )
            yield ("figures", position, role), message


def _theory(figure: Figure, here: Path) -> Iterator[Complaint]:
    for position, line in enumerate(figure.theory):
        if (line.x is None) is (line.y is None):
            yield (*here, "theory", position), "must have x or y, and not both"
        for axis, value in (("x", line.x), ("y", line.y)):
            if axis in figure.log and isinstance(value, float) and value <= 0.0:
                must = f"must be above 0 on a logarithmic axis, got {value:g}"
                yield (*here, "theory", position, axis), must
