"""The command ``harness``: verbs, and errors to exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import typer

from harness.cli import claims, codes, compare, data, gate, history, inspect, report, run, selftest
from harness.errors import FileError, HarnessError, NothingMeasured, UsageError
from harness.words import plain

app = typer.Typer(
    name="harness",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Continuous integration for numbers: run the experiment behind each claim and judge it.",
)
app.command("list")(inspect.list_suites)
app.command("check")(inspect.check)
app.command("run")(run.run)
app.command("claims")(claims.claims)
app.command("report")(report.report)
app.command("compare")(compare.compare)
app.command("gate")(gate.gate)
app.command("selftest")(selftest.selftest)
app.command("history")(history.history)
app.add_typer(data.app, name="data")
app.command("env")(inspect.env)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of what happened."""
    _import_from_here()
    sys.exit(run_main(arguments))


def _import_from_here() -> None:
    """Let a user's experiment be imported from the current folder, as ``python -m`` does."""
    with contextlib.suppress(OSError):  # a folder that is gone holds no module
        here = os.getcwd()  # noqa: PTH109 as sys.path has it
        if here not in sys.path and not sys.flags.safe_path:
            sys.path.insert(0, here)


def run_main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Errors the harness raises on purpose become one message on stderr; anything else is a defect
    of the harness and keeps its traceback.
    """
    try:
        app(list(arguments) if arguments is not None else None)
    except SystemExit as end:  # how typer ends, usage errors (2) and interrupts (130) included
        if end.code == codes.INTERRUPTED:
            return _fail("interrupted; what was finished is stored", codes.INTERRUPTED)
        return end.code if isinstance(end.code, int) else codes.OK
    except UsageError as error:
        return _fail(str(error), codes.USAGE)
    except NothingMeasured as error:
        return _fail(str(error), codes.NOTHING_MEASURED)
    except FileError as error:
        return _fail(str(error), codes.FILE_FAILED)
    except HarnessError as error:
        return _fail(str(error), codes.HARNESS_FAILED)
    return codes.OK


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"harness: {plain(message)}\n")
    return code
