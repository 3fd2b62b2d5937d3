"""The verbs of the command line, each imported when it is asked for.

``harness --help`` and ``--version`` load none of them, and every other command one alone.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from harness.registry import Lazy


@dataclass(frozen=True)
class Verb:
    """A command, or a group of commands.

    Attributes
    ----------
    name : str
        As it is typed.
    place : str
        Where its function, or the `typer.Typer` of its group, is.
    does : str
        In one line of the help.
    """

    name: str
    place: str
    does: str

    def load(self) -> Any:
        """Import it; return it as a command that can be invoked."""
        found: Any = Lazy(self.place).load()
        if not gc.isenabled():  # put off by `harness.__main__`
            gc.freeze()
            gc.enable()
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(self.name)(found)
        return typer.main.get_command(alone)


_HERE = "harness.cli"
VERBS = (
    Verb("init", f"{_HERE}.init:init", "Write the first suite of a project, ready to run."),
    Verb("new", f"{_HERE}.init:new", "Write a new suite; without a kind, list the kinds."),
    Verb("list", f"{_HERE}.inspect:list_suites", "List the suites, their cells and claims."),
    Verb(
        "check",
        f"{_HERE}.inspect:check",
        "Check suite files; name problems by file, line and key.",
    ),
    Verb("run", f"{_HERE}.run:run", "Run the cells of suites that are not done; judge the claims."),
    Verb("claims", f"{_HERE}.claims:claims", "Judge every claim from stored records."),
    Verb(
        "audit", f"{_HERE}.audit:audit", "Run stored cells again; say what differs first, and why."
    ),
    Verb("judge", f"{_HERE}.judge:judge", "Judge the numbers in a file, without a suite."),
    Verb(
        "report",
        f"{_HERE}.report:report",
        "Write the page and its summary from stored records.",
    ),
    Verb(
        "export", f"{_HERE}.store:export", "Write records as CSV, parquet, benchmarks or a crate."
    ),
    Verb("readme", f"{_HERE}.readme:readme", "Compare the numbers in a document with the records."),
    Verb("badge", f"{_HERE}.readme:badge", "Write a badge of claims, as JSON or SVG."),
    Verb(
        "compare",
        f"{_HERE}.gate:compare",
        "Compare two implementations in a timing suite.",
    ),
    Verb("gate", f"{_HERE}.gate:gate", "Compare the speed of two revisions; say what got slower."),
    Verb(
        "selftest",
        f"{_HERE}.selftest:selftest",
        "Measure how often the gate is right on this machine.",
    ),
    Verb(
        "history",
        f"{_HERE}.history:history",
        "Show speed over commits; find steps and slow growth.",
    ),
    Verb("env", f"{_HERE}.here:env", "Show the environment that records store, and the devices."),
    Verb("data", f"{_HERE}.here:app", "List, get and verify data sets."),
    Verb(
        "store", f"{_HERE}.store:app", "Check stored records; repair, split or migrate their files."
    ),
)
"""Every verb, in the order of the help."""


_BY_NAME = {verb.name: verb for verb in VERBS}


class UncutHelp(TyperGroup):
    """A group of commands whose help cuts no sentence short."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's signature
        """Write the section of the help that lists the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, (one.help or "").split("\n\n")[0]) for name, one in self.commands.items()]
            )


class Verbs(TyperGroup):
    """The group of all verbs: its help imports none of them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        names: dict[str, Any] = dict.fromkeys(_BY_NAME)
        self.commands = names  # what typer looks for the nearest of when there is no such verb

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 the signature is typer's
        """Return the names in the order of the help."""
        return list(_BY_NAME)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 as above
        """Return a verb as a command, None where there is no such verb."""
        return _BY_NAME[cmd_name].load() if cmd_name in _BY_NAME else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 as above
        """Write the section of the help that lists the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb.name, verb.does) for verb in VERBS])
