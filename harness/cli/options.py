"""The options that several verbs share, declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ProfileName(StrEnum):
    """The two profiles."""

    quick = "quick"
    full = "full"


Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SUITE]...", help="Suites by id or path; all if none."),
]
SuitesDir = Annotated[Path, typer.Option("--suites", metavar="DIR", help="Folder of suite files.")]
Results = Annotated[Path, typer.Option(metavar="DIR", help="Folder of records.")]
DataDir = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of data sets.", envvar="HARNESS_DATA"),
]
Profile = Annotated[ProfileName, typer.Option(help="quick: minutes; full: as documents describe.")]
Use = Annotated[
    list[str] | None,
    typer.Option(metavar="A=B", help="Let data set B stand in for A, e.g. cifar10=cifar10-jpeg."),
]
SeedCount = Annotated[int | None, typer.Option("--seeds", min=1, help="Repetitions of each case.")]
ExperimentNames = Annotated[
    list[str] | None, typer.Option("--experiment", help="Only these experiments, e.g. timing.")
]
BackendNames = Annotated[list[str] | None, typer.Option("--backend", help="Only these backends.")]
DeviceNames = Annotated[list[str] | None, typer.Option("--device", help="Only these devices.")]
HistoryDir = Annotated[
    Path, typer.Option("--history", metavar="DIR", help="Folder of named baselines.")
]
Json = Annotated[str, typer.Option("--json", metavar="PATH|-", help="Write JSON; - is stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Plain text.")]
Github = Annotated[
    bool,
    typer.Option(
        "--github/--no-github",
        envvar="GITHUB_ACTIONS",
        show_envvar=False,
        help="Annotate lines of suites, as GitHub Actions shows them; the default there.",
    ),
]
Strict = Annotated[bool, typer.Option(help="Exit 6 when a claim is inconclusive.")]

SUITES = Path("suites")
LOCAL = Path("results/local")
HISTORY = Path("results/history")
REPORTS = Path("reports")
