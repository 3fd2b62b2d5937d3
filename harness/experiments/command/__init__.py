"""A program as an experiment: what a case gives it, and what it is made of."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.code.project import Project
from harness.code.sources import Sources
from harness.config.experiments import Command, Settings
from harness.experiments.command import program, template
from harness.experiments.command.template import sources
from harness.experiments.experiment import Context, Experiment, seed_of
from harness.words import unknown

OUTPUT = "output"
Complaint = tuple[tuple[str, ...], str]


def run(context: Context) -> object:
    """Run the program of a cell in the root of the project; return its metrics."""
    command = context.settings.command
    assert command is not None
    root = Project.of(context.home).root
    with tempfile.TemporaryDirectory(prefix="harness-") as own:
        values = {
            "seed": str(seed_of(context.streams)),
            "device": context.device,
            "python": sys.executable,
            **{name: template.text(one) for name, one in context.settings.params.items()},
        }
        output = template.fill(command.output, values)
        path = Path(own, Path(output).name) if _own_file(command) else root / output
        words = [template.fill(word, {**values, OUTPUT: str(path)}) for word in command.run]
        before = program.stamp(path)
        said = program.run(words, root)
        if not output:
            return program.of_output(said.out, program.shown(words))
        return program.of_file(path, before, program.shown(words))


def _own_file(command: Command) -> bool:
    return OUTPUT in template.names(command.run)


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the program is given."""
    return frozenset() if settings.command is None else template.settings(settings.command)


def complaints(settings: Settings) -> Iterator[Complaint]:
    """Yield the names in braces that nobody gives, and what contradicts itself."""
    command = settings.command
    if command is None:
        return
    for name in sorted(template.settings(command) - settings.params.keys()):
        known = {*template.OWN, *settings.params}
        yield ("command", "run"), f"{unknown('name in braces', name, known)} {_ADVICE}"
    if not command.run[0]:
        yield ("command", "run"), "must begin with the name of a program, got ''"
    if _own_file(command) and not command.output:
        yield ("command", "run"), '{output} must have a name: give output = "metrics.json"'


_ADVICE = "Give it in [params] or in the grid; braces that are meant as such are doubled."


def apart(settings: Settings) -> bool:
    """Whether cells must run one by one: they leave their metrics in one file."""
    command = settings.command
    return command is not None and bool(command.output) and not _own_file(command)


def code(settings: Settings, home: str) -> Sources:
    """Return the scripts that the words of the command name, with what those of Python import."""
    command = settings.command
    return Sources() if command is None else sources(command.run, settings.params, home)


EXPERIMENT = Experiment(
    name="command",
    version=1,
    tables=("command", "params"),
    requires=("command",),
    run=run,
    complaints=complaints,
    reads=reads,
    accepts=reads,
    apart=apart,
    code=code,
)
"""The entry of the experiment table."""
