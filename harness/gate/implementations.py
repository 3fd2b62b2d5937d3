"""Two implementations, or two values of a parameter, of one timing suite against each other."""

from __future__ import annotations

import sys
from pathlib import Path

from harness import digest
from harness.errors import SideBroken, UsageError
from harness.gate.lockstep import Commands
from harness.gate.rounds import Bench
from harness.gate.run import SUITE_AGENT
from harness.gate.selections import Where
from harness.gate.session import Session
from harness.gate.values import Decision, GateResult, Revision
from harness.lockstep.process import Command
from harness.lockstep.turns import OutOfTime


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
