"""``harness badge``: the verdicts of claims as a badge for a README."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options, streams
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.errors import UsageError
from harness.files import write_text
from harness.outlets import badge as badges
from harness.workspace.names import open_claimed
from harness.workspace.verdicts import judged


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
