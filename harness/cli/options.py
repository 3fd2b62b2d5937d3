"""The options that several verbs share, declared once.

Folders that are not given are those of the project at hand, wherever in it one stands; their
defaults below are what a project has that says nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import project


class ProfileName(StrEnum):
    """The two profiles."""

    quick = "quick"
    full = "full"


def of_project(name: str) -> Callable[[typer.Context, typer.CallbackParam, Any], Any]:
    """Return what puts a folder of the project in the place of one that is not given."""

    def chosen(context: typer.Context, option: typer.CallbackParam, value: Any) -> Any:
        source = context.get_parameter_source(option.name or "")
        given = source is not None and source.name != "DEFAULT"
        return value if given else getattr(project.find(), name)

    return chosen


def _folder(text: str | Path) -> Path:
    if not str(text):  # of a variable that is not set: the current folder was not meant
        raise typer.BadParameter("must be a folder, got an empty text; leave it out, or give .")
    return Path(text)


Claimed = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SUITE|CLAIM", help="Suites, or claims as SUITE/CLAIM; all if none is named."
    ),
]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="SUITE", help="Suites by id or path; all if none is named."),
]
SuitesDir = Annotated[
    list[Path],
    typer.Option(
        "--suites",
        metavar="DIR",
        help="Folder of suite files.",
        parser=_folder,
        callback=of_project("suites"),
    ),
]
Results = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Folder of records.", parser=_folder, callback=of_project("results")
    ),
]
PageDir = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder of the page.",
        parser=_folder,
        callback=of_project("reports"),
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Folder of data sets.", parser=_folder, envvar="HARNESS_DATA"
    ),
]
Profile = Annotated[
    ProfileName, typer.Option(help="quick takes minutes; full runs what the documents describe.")
]
Use = Annotated[
    list[str] | None,
    typer.Option(metavar="A=B", help="Use data set B in place of A, e.g. cifar10=cifar10-jpeg."),
]
SeedCount = Annotated[int | None, typer.Option("--seeds", min=1, help="Repetitions of each case.")]
ExperimentNames = Annotated[
    list[str] | None,
    typer.Option("--experiment", help="Only these experiments, e.g. timing, or functions by name."),
]
BackendNames = Annotated[list[str] | None, typer.Option("--backend", help="Only these backends.")]
DeviceNames = Annotated[list[str] | None, typer.Option("--device", help="Only these devices.")]
HistoryDir = Annotated[
    Path,
    typer.Option(
        "--history",
        metavar="DIR",
        help="Folder of named baselines.",
        callback=of_project("history"),
    ),
]
Json = Annotated[str, typer.Option("--json", metavar="PATH|-", help="Write JSON; - is stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colours.")]
Github = Annotated[
    bool,
    typer.Option(
        "--github/--no-github",
        envvar="GITHUB_ACTIONS",
        show_envvar=False,
        help="Print annotations of files for GitHub Actions; the default inside it.",
    ),
]
Strict = Annotated[bool, typer.Option(help="Exit with 6 when a claim is inconclusive or not run.")]

SUITES = [Path("suites")]
LOCAL = Path("results/local")
HISTORY = Path("results/history")
REPORTS = Path("reports")
