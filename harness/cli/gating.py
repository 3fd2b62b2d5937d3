"""What the verbs that measure in pairs share: progress, interruption, the end of a run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import codes
from harness.cli.console import Output
from harness.cli.gate_show import gate_table
from harness.files import guarded, write_text
from harness.gate.render import RENDERERS
from harness.gate.sequential import SequentialTest
from harness.gate.session import Session
from harness.gate.settings import GateSettings
from harness.gate.values import GateResult, Revision
from harness.words import plural

FOLDER = Path(".harness")
"""Where a project keeps what the gate leaves; git ignores it."""
EVERY = 10.0
"""Seconds between two lines of progress."""

Budget = Annotated[str, typer.Option(help="Time the whole run may take [10m].")]
Margin = Annotated[str, typer.Option(help="Slow-down that is too small to report [1%].")]
Tolerance = Annotated[str, typer.Option(help="Slow-down that a verdict of ok excludes [5%].")]
Threads = Annotated[
    int, typer.Option(min=0, help="Threads that libraries use [1].", show_default=False)
]
Journals = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of journals.")]
Fresh = Annotated[bool, typer.Option("--force", help="Start over after an interrupted run.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 6 when a case is inconclusive.")]
Md = Annotated[Path | None, typer.Option(metavar="PATH", help="Write Markdown.")]
Junit = Annotated[Path | None, typer.Option(metavar="PATH", help="Write JUnit XML.")]
BenchmarkJson = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Write the head in pytest-benchmark's JSON.")
]
Bencher = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Write the head in Bencher's metric format.")
]


def report(
    result: GateResult, output: Output, *, strict: bool, files: Mapping[str, Path | None]
) -> None:
    """Print a result, write it where it was asked for, and exit with its code."""
    code = codes.of_gate(result, strict=strict)
    if result.partial == "interrupted":
        code = codes.of_interruption()
    for name, path in files.items():
        if path is not None:
            write_text(path, RENDERERS.get(name)(result, code), f"write the result as {name}")
    output.text(RENDERERS.get("json")(result, code))
    output.out.print(gate_table(result))
    raise typer.Exit(code)


class Progress:
    """Says, a line at a time and not too often, how far a run has come."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._began = self._said = time.monotonic()

    def __call__(self, test: SequentialTest) -> None:
        """Take the state after a round."""
        now = time.monotonic()
        if test.open and now - self._said < EVERY:
            return
        self._said = now
        rounds = 1 + max(pair.index for pair in test.pairs)
        left = f"{plural(len(test.open), 'case')} open" if test.open else "all settled"
        text = f"{plural(rounds, 'round')}, {left}, {now - self._began:.0f} s"
        self._output.err.print(text)


def make_folder(folder: Path) -> Path:
    """Return the folder for what the gate leaves, made so that git does not see it."""
    with guarded("make the folder of journals", folder):
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if folder == FOLDER and not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    return folder


def suite_options(profile: str, use: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of the agent for suites."""
    pairs = tuple(part for pair in use for part in ("--use", pair))
    return ("--profile", profile, *pairs)


def session(
    base: Revision,
    head: Revision,
    settings: GateSettings,
    results: Path,
    *,
    fresh: bool,
    output: Output,
) -> Session:
    """Return a session that begins now and reports to the terminal."""
    return Session.begin(
        base,
        head,
        settings,
        make_folder(results) / "gate",
        fresh=fresh,
        tell=lambda text: output.err.print(text),
        progress=Progress(output),
    )
