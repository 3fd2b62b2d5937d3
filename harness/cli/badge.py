"""``harness badge``: what became of claims, as a badge for a README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options, streams
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.errors import UsageError
from harness.files import write_text
from harness.outlets import badge as badges
from harness.words import unknown
from harness.workspace import Workspace, judged, open_workspace


def badge(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SUITE|CLAIM]...", help="Suites, or claims as SUITE/CLAIM; all if none."
        ),
    ] = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    label: Annotated[str, typer.Option(help="What stands on its left.")] = "",
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
    claims = [name for name in names or [] if _is_claim(name)]
    whole = [name for name in names or [] if not _is_claim(name)]
    workspace = open_workspace([*whole, *(name.split("/")[0] for name in claims)], suites)
    _refuse_unknown(claims, workspace)
    verdicts = judged(workspace, open_noted(workspace, results, output), results)
    if claims:
        kept = {suite.id for suite in open_workspace(whole, suites).suites} if whole else set()
        verdicts = tuple(v for v in verdicts if v.suite in kept or f"{v.suite}/{v.claim}" in claims)
    made = badges.badge(verdicts, label)
    output.json(badges.to_json(made))
    if svg == "-":
        streams.output().write(badges.to_svg(made))
    elif svg:
        write_text(Path(svg), badges.to_svg(made), "write the badge")


def _is_claim(name: str) -> bool:
    """Whether a name is that of a claim; a path leads to a file, or says that it should."""
    return name.count("/") == 1 and not name.endswith(".toml") and not Path(name).exists()


def _refuse_unknown(claims: Sequence[str], workspace: Workspace) -> None:
    known = [f"{suite.id}/{claim.id}" for suite in workspace.suites for claim in suite.claims]
    for name in claims:
        if name not in known:
            raise UsageError(unknown("claim", name, known))
