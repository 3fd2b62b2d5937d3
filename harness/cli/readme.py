"""``harness readme`` and ``badge``: what a README says of claims.

The numbers between marks in documents are compared with the records; a badge has the verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from harness import project
from harness.cli import codes, options, streams
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.errors import FileError, NothingMeasured, Problem, SuiteError, UsageError
from harness.files import guarded, opened, replace_file, write_text
from harness.outlets import badge as badges
from harness.outlets import workflow
from harness.outlets.readme import Compared, Marked, compare, read, unknown_claims
from harness.types import Verdict
from harness.words import plural
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged, open_claimed


def readme(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Documents; the project's README.md if none."),
    ] = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    write: Annotated[bool, typer.Option("--write", help="Update the numbers.")] = False,
    github: options.Github = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Compare the numbers between marks with the records; exit 3 when one differs.

    A mark is <!-- claim: SUITE/CLAIM -->97 %<!-- /claim -->; the style of the number is kept.
    """
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    documents = _read(files or [project.find().root / project.README])
    workspace = open_workspace([], suites)
    _refuse_unknown(documents, workspace)
    verdicts = _verdicts(documents, workspace, results, output)
    compared = [compare(document, verdicts) for document in documents]
    if other_unit := [problem for one in compared for problem in one.other_unit]:
        raise SuiteError(other_unit)
    if write:
        for one in compared:
            _write(one)
    if github and not write:
        streams.annotate(workflow.of_numbers([mark for one in compared for mark in one.shown]))
    _tell(compared, output, write=write)
    if lost := [str(problem) for one in compared for problem in one.unmeasured]:
        raise NothingMeasured("\n".join(lost))
    stale = any(one.stale for one in compared)
    raise typer.Exit(codes.MOVED if stale and not write else codes.OK)


def _read(files: Sequence[Path]) -> list[Marked]:
    """Return the documents, each once.

    Raises
    ------
    SuiteError
        With every mark that is not right.
    """
    found, problems = list[Marked](), list[Problem]()
    for path in dict.fromkeys(files):
        with guarded("read the document", path), opened(path) as file:
            data = file.read()
        document, flaws = read(str(path), data)
        found.append(document)
        problems += flaws
    if problems:
        raise SuiteError(problems)
    if not any(document.marks for document in found):
        raise UsageError(
            f"{' and '.join(document.file for document in found)} must have a mark, got none; put "
            "<!-- claim: SUITE/CLAIM --> before a number and <!-- /claim --> after it"
        )
    return found


def _refuse_unknown(documents: Sequence[Marked], workspace: Workspace) -> None:
    known = [f"{suite.id}/{claim.id}" for suite in workspace.suites for claim in suite.claims]
    if wrong := [one for document in documents for one in unknown_claims(document, known)]:
        raise SuiteError(wrong)


def _verdicts(
    documents: Sequence[Marked], workspace: Workspace, results: Path, output: Output
) -> dict[str, Verdict]:
    """Judge the suites that marks name, and no other."""
    wanted = {mark.claim.split("/")[0] for document in documents for mark in document.marks}
    pairs = zip(workspace.plans, workspace.libraries, strict=True)
    named = [pair for pair in pairs if pair[0].suite.id in wanted]
    plans, libraries = zip(*named, strict=True)
    part = replace(workspace, plans=plans, libraries=libraries)
    found = judged(part, open_noted(part, results, output), results)
    return {f"{verdict.suite}/{verdict.claim}": verdict for verdict in found}


def _write(one: Compared) -> None:
    if not one.stale:
        return
    path = Path(one.document.file)
    try:
        data = one.document.with_texts(one.texts)
    except UnicodeEncodeError as error:
        raise FileError(
            f"cannot update {path}: it is neither UTF-8 nor UTF-16, and has no way to write "
            f"{error.object[error.start : error.end]!r}; save it as UTF-8"
        ) from None
    replace_file(path, data, "update the document")


def _tell(compared: Sequence[Compared], output: Output, *, write: bool) -> None:
    shown = [mark for one in compared for mark in one.shown]
    marks = [{**asdict(one), "same": one.same} for one in shown]
    output.json({"schema": 1, "marks": marks, "written": write})
    stale = [one for one in shown if not one.same]
    for one in stale:
        line = f"{one.file}:{one.line}: {one.claim}: {one.stands!r} is now {one.records!r}"
        output.out.print(line if write else str(one))
    checked = plural(len(shown), "number")
    if write:
        output.out.print(f"{len(stale)} of {checked} updated")
    elif stale:
        output.out.print(f"{len(stale)} of {checked} to update; `harness readme --write` does it")
    else:
        output.out.print(f"{checked}, as the records give")


def badge(
    names: options.Claimed = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    label: Annotated[str, typer.Option(help="The text on the left.")] = "",
    svg: Annotated[str, typer.Option(metavar="PATH|-", help="Write a picture; - is stdout.")] = "",
    json_path: options.Json = "",
    quiet: options.Quiet = False,
) -> None:
    """Write a badge: JSON for the endpoint of shields.io, a picture, or both.

    Without --json and --svg the JSON goes to stdout.
    """
    if svg == json_path == "-":
        raise UsageError("stdout can take --json or --svg, got both; give one of them a path")
    output = Output(quiet=quiet, json_path=json_path or ("" if svg else "-"))
    workspace, claims = open_claimed(names or [], suites)
    verdicts = judged(workspace, open_noted(workspace, results, output), results)
    if claims is not None:
        verdicts = tuple(v for v in verdicts if f"{v.suite}/{v.claim}" in claims)
    made = badges.badge(verdicts, label)
    output.json(badges.to_json(made))
    if svg == "-":
        streams.output().write(badges.to_svg(made))
    elif svg:
        write_text(Path(svg), badges.to_svg(made), "write the badge")
