"""``harness init`` and ``harness new``: the first files of a project, and further suites."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness import project, scaffold, top
from harness.cli import options
from harness.cli.console import Output
from harness.cli.sheet import Sheet
from harness.config.table import not_a_suite_id
from harness.errors import UsageError
from harness.project import Project
from harness.scaffold import Draft, add_lines, write
from harness.suite.load import in_folder
from harness.words import plural, unknown

FIRST = ("value", "example")
"""Kind and name of the suite that a project begins with."""
WORKFLOW = Path(".github/workflows/claims.yml")
_NEXT = """\
next:
  harness run       runs the experiment and judges the claim
  harness new       other kinds of suite: comparison, speed, ...
  harness --help    all else"""


def init(*, quiet: options.Quiet = False, no_color: options.NoColor = False) -> None:
    """Write a suite of one claim, its experiment and, in a repository, a workflow for GitHub.

    No file is overwritten.
    """
    output = Output(quiet=quiet, no_color=no_color)
    here = project.find()
    drafts = [*_first_suite(here), *_workflow(here.root)]
    left = [draft for draft in drafts if draft.taken]
    _write([draft for draft in drafts if draft not in left], output)
    for draft in left:
        output.out.print(f"left {draft.path} as it is")
    _ignore(here, output)
    output.out.print(_NEXT)


def new(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Kind of the suite, e.g. value.")
    ] = "",
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Id of the suite; the kind if none is given.")
    ] = "",
    *,
    suites: options.SuitesDir = options.SUITES,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Write a new suite, with an experiment that runs; without a kind, list the kinds."""
    output = Output(quiet=quiet, no_color=no_color)
    if not kind:
        output.out.print(Sheet(("kind", "the suite says that"), list(scaffold.KINDS.items())))
        output.out.print("harness new KIND [NAME] writes the suite and its experiment")
        return
    if kind not in scaffold.KINDS:
        raise UsageError(unknown("kind of suite", kind, scaffold.KINDS))
    name = name or kind
    if wrong := not_a_suite_id(name):
        raise UsageError(f"the name of a suite {wrong}, got {name!r}")
    drafts = scaffold.drafts(kind, name, project.find().root, suites[0])
    _require_room(name, drafts, suites)
    _write(drafts, output)
    output.out.print(f"next: harness run {name}")


def _first_suite(here: Project) -> tuple[Draft, ...]:
    """Return the first suite and its experiment; none where there are suites."""
    if any(in_folder(folder) for folder in here.suites):
        return ()
    return scaffold.drafts(*FIRST, here.root, here.suites[0])


def _require_room(name: str, drafts: Sequence[Draft], suites: Sequence[Path]) -> None:
    """Refuse a suite whose id is taken, and files that are there."""
    there = [path for folder in suites for path in in_folder(folder) if path.stem == name]
    taken = dict.fromkeys([*there, *(draft.path for draft in drafts if draft.taken)])
    if taken:
        verb = "is" if len(taken) == 1 else "are"
        raise UsageError(
            f"{' and '.join(map(str, taken))} {verb} there already and nothing was written; "
            "give the suite another name: harness new KIND NAME"
        )


def _workflow(root: Path) -> tuple[Draft, ...]:
    """Return the workflow of a repository; a folder that is none has no use for it."""
    marks = (top.REPOSITORY, WORKFLOW.parts[0])
    if not any(os.path.lexists(root / mark) for mark in marks):
        return ()
    return (Draft(root / WORKFLOW, scaffold.text_of("claims.yml")),)


def _write(drafts: Sequence[Draft], output: Output) -> None:
    write(drafts)
    for draft in drafts:
        output.out.print(f"wrote {draft.path}")


def _ignore(here: Project, output: Output) -> None:
    """Keep records and pages out of the repository."""
    path = here.root / ".gitignore"
    folders = (here.settings.results, here.settings.reports)
    added = add_lines(path, [f"/{folder.strip('/')}/" for folder in folders])
    if added:
        output.out.print(f"added {plural(len(added), 'line')} to {path}: {', '.join(added)}")
    else:
        output.out.print(f"left {path} as it is")
