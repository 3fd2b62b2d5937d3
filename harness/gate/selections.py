"""Two selections of one suite: what either measures, so that every case has its counterpart.

A suite need not list the pairs itself: grids are written for claims, and one may time a kernel in
torch alone. What two sides have in common is a case with the axes of one side exchanged for those
of the other, as long as it can exist there.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import backends, digest
from harness.devices import DEVICES
from harness.errors import SideBroken, UsageError
from harness.experiments.registry import SuiteExperiments
from harness.gate.couples import Commands
from harness.gate.rounds import Bench
from harness.gate.run import SUITE_AGENT
from harness.gate.session import Session
from harness.gate.values import Decision, GateResult, Revision
from harness.lockstep.process import Command
from harness.lockstep.turns import OutOfTime
from harness.plan.cases import Maker
from harness.suite.schema import Grid, Suite
from harness.types import Scalar
from harness.words import unknown

Where = Mapping[str, str]
_KNOWN: Mapping[str, Sequence[str]] = {"backend": backends.names(), "device": DEVICES.names()}


def moved(suite: Suite, own: Where, other: Where) -> Suite:
    """Return a suite whose grids, where they have a value of either side, have that of `own`."""
    maker = Maker(suite, SuiteExperiments(suite.home))
    return suite.model_copy(
        update={"grid": tuple(_moved(maker, grid, own, other) for grid in suite.grid)}
    )


def _moved(maker: Maker, grid: Grid, own: Where, other: Where) -> Grid:
    axes = dict(grid.axes)
    for axis, text in own.items():
        known = _values(maker, axis)
        here = {str(name) for name in _labelled(maker, axis, grid.axes.get(axis))}
        if text not in known or not here & {text, other.get(axis, text)}:
            return grid.model_copy(update={"profiles": ()})
        axes[axis] = [known[text]]
    return grid.model_copy(update={"axes": axes})


def resolved(suite: Suite, where: Where) -> Where:
    """Return a selection in the words of a suite: ``biases=true`` is its value ``True``.

    Raises
    ------
    UsageError
        If not; says the nearest.
    """
    maker = Maker(suite, SuiteExperiments(suite.home))
    found: dict[str, str] = {}
    for axis, text in where.items():
        if axis not in maker.axes.names:
            raise UsageError(f"{suite.id}: {unknown('axis', axis, maker.axes.names)}")
        known = _values(maker, axis)
        meant = next((name for name in known if _means(text, name)), None)
        if meant is None:
            raise UsageError(f"{suite.id}: {unknown(f'{axis} of the suite', text, known)}")
        found[axis] = meant
    return found


def _means(text: str, name: str) -> bool:
    """Whether what was typed is a value's name, or the same value as TOML writes it."""
    return text == name or _scalar(text) == _scalar(name)


def _scalar(text: str) -> object:
    """Return the kind and value of a scalar in TOML's or Python's words; the text if it is none."""
    if "\n" in text:
        return text
    try:
        value = tomllib.loads(f"value = {text.lower() if text in ('True', 'False') else text}")
    except tomllib.TOMLDecodeError:
        return text
    found = value["value"]
    return ("number", found) if type(found) in (int, float) else found


def _values(maker: Maker, axis: str) -> dict[str, object]:
    """Return every value that an axis may be given, by what it is called."""
    found: dict[str, object] = {name: name for name in _KNOWN.get(axis, ())}
    for values in (None, *(grid.axes.get(axis) for grid in maker.suite.grid)):
        named = _labelled(maker, axis, values)
        found |= {str(name): value for name, value in named.items()}
    return found


def _labelled(maker: Maker, axis: str, values: Sequence[object] | None) -> dict[Scalar, object]:
    """Return the values of an axis in a grid, or what the suite has instead, by their labels."""
    there = [maker.default(axis)] if values is None else values
    return {maker.axes.label(axis, value): value for value in there}


def selection(text: str) -> Where:
    """Return what a side selects: ``"backend=torch,batch_size=100"``.

    Raises
    ------
    UsageError
        If it is not a list of axes with values.
    """
    parts = [part.partition("=") for part in text.split(",")]
    if not all(name.strip() and sign and value.strip() for name, sign, value in parts):
        raise UsageError(
            f"a side must be axes with values, like implementation=no_loop or "
            f"backend=torch,device=cpu; got {text!r}"
        )
    found = [(name.strip(), value.strip()) for name, _, value in parts]
    if len(dict(found)) < len(found):
        raise UsageError(f"a side must name every axis once, got {text!r}")
    return dict(found)


def side(suite: str, where: Where) -> Revision:
    """Return a selection in the place of a revision: a label, and what it is an address of."""
    label = ", ".join(f"{name}={value}" for name, value in where.items())
    return Revision(label, "", digest.of_value([suite, dict(where)]))


def compare_selections(
    session: Session, folder: Path, suite_options: tuple[str, ...], base: Where, head: Where
) -> GateResult:
    """Measure the cases that two selections have, but for the axes they differ in, in common.

    Parameters
    ----------
    session : Session
        Its settings name the suite.
    folder : Path
        Where the suites are relative to.
    suite_options : tuple of str
        Further arguments of the agent.
    base, head : mapping of str to str
        Axes and values that the sides select; both must name the same axes.

    Raises
    ------
    UsageError
        If the two do not name the same axes.
    NothingMeasured
        If neither selects a timing case.
    """
    if set(base) != set(head):
        raise UsageError(
            "both sides must name the same axes, so that the rest of a case is the same; got "
            f"{', '.join(base)} and {', '.join(head)}"
        )
    agent = (sys.executable, "-m", SUITE_AGENT, *session.settings.suites, *suite_options)
    threads = session.settings.threads
    commands: Commands = {
        "base": Command((*agent, *_sides(base, head)), folder, threads=threads),
        "head": Command((*agent, *_sides(head, base)), folder, threads=threads),
    }
    try:
        return session.measure([Bench(commands)], {"suite_options": list(suite_options)})
    except OutOfTime:
        early = f"the budget of {session.settings.budget} ended before the first pair"
        return session.result((), partial=early)
    except SideBroken as error:
        return session.result((Decision("every case", "time", "broken", str(error)),))


def _sides(own: Where, other: Where) -> list[str]:
    return [
        part
        for option, where in (("--where", own), ("--against", other))
        for key, value in where.items()
        for part in (option, f"{key}={value}")
    ]
