"""The command ``harness``: verbs, and errors to exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import harness
from harness.cli import codes, streams
from harness.cli.verbs import Verbs
from harness.errors import (
    ClusterLost,
    DataError,
    FileError,
    HarnessError,
    NothingMeasured,
    UsageError,
)
from harness.files import explain
from harness.words import plain

app = typer.Typer(
    name="harness",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # in boxes, help is cut short when narrow, and brackets act as markup
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Continuous integration for numbers: run the experiment behind each claim and judge it.\n\n"
        "A claim is a sentence with a number. A suite is a file of claims, with the experiment "
        "that measures them. A cell is one run of the experiment: one combination of settings, at "
        "one seed. A record is what a cell left. Begin with `harness init`."
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        streams.output().write(f"harness {harness.__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of what happened."""
    code = run_main(arguments)
    failure = streams.finish()
    if failure is not None and not code:
        code = _failed(failure)
    sys.exit(code)


def run_main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Errors the harness raises on purpose, and what the system says of files, become one message on
    stderr; anything else is a defect of the harness and keeps its traceback. SIGTERM does what
    Ctrl-C does: nothing finished is lost; the exit code is 143, and 130 after Ctrl-C.
    """
    streams.prepare()
    try:
        with codes.terminable():
            app(list(arguments) if arguments is not None else None)
    except SystemExit as end:  # how typer ends, usage errors (2) and interrupts (130) included
        if end.code == codes.INTERRUPTED:
            return _interrupted()
        return end.code if isinstance(end.code, int) else codes.OK
    except KeyboardInterrupt:
        return _interrupted()
    except HarnessError as error:
        return _failed(error)
    except OSError as error:
        return _failed(FileError(_explained(error)))
    except Exception as error:
        # Ctrl-C while a verb is imported: Python and pydantic raise errors of their own for a class
        # that was being made.
        if "KeyboardInterrupt" not in f"{error} {error.__cause__!r}":
            raise
        return _interrupted()
    return codes.OK


def _explained(error: OSError) -> str:
    if error.filename is None and not _here():
        return "cannot work in the current folder: it is gone; change to another (cd)"
    return explain(error, "read or write")


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 as sys.path has it
    except OSError:
        return ""


_CODES: dict[type[HarnessError], int] = {
    UsageError: codes.USAGE,
    NothingMeasured: codes.NOTHING_MEASURED,
    FileError: codes.FILE_FAILED,
    DataError: codes.FILE_FAILED,
    ClusterLost: codes.CLUSTER_LOST,
    HarnessError: codes.HARNESS_FAILED,
}


def _failed(error: HarnessError) -> int:
    if isinstance(error, streams.Closed):
        return codes.READER_LEFT
    streams.complain(f"harness: {plain(str(error))}\n")
    return next(code for kind, code in _CODES.items() if isinstance(error, kind))


def _interrupted() -> int:
    streams.complain("harness: interrupted; what was finished is stored\n")
    return codes.of_interruption()
