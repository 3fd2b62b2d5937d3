"""What the verbs that measure in pairs share: progress, interruption, a result and its end."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from harness.cli import codes, options
from harness.cli.console import Output, styled
from harness.cli.sheet import Sheet
from harness.files import guarded, write_text
from harness.gate.render import RENDERERS, amounts
from harness.gate.render.text import (
    NOWHERE,
    QUANTITY_WORDS,
    SIGNS,
    apart,
    headline,
    level,
    machine,
    remarks,
    revision,
    shared,
    split_case,
    why,
)
from harness.gate.sequential import SequentialTest
from harness.gate.session import Session
from harness.gate.settings import GateSettings
from harness.gate.values import GATE_VERDICTS, Decision, GateResult, GateVerdict, Revision
from harness.project import JOURNALS
from harness.words import one_line, plural

EVERY = 10.0
"""Seconds between two lines of progress."""

Budget = Annotated[str, typer.Option(help="Time the whole run may take [10m].")]
Margin = Annotated[str, typer.Option(help="Slow-down that is too small to report [1%].")]
Tolerance = Annotated[str, typer.Option(help="Slow-down that a verdict of ok excludes [5%].")]
Threads = Annotated[
    int, typer.Option(min=0, help="Threads that libraries use [1].", show_default=False)
]
Journals = Annotated[
    Path,
    typer.Option(
        "--results",
        metavar="DIR",
        help="Folder of journals.",
        callback=options.of_project("journals"),
    ),
]
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
STYLES: Mapping[GateVerdict, str] = {
    "regressed": "red",
    "broken": "red",
    "inconclusive": "yellow",
    "missing": "yellow",
    "improved": "blue",
    "ok": "green",
}


HEADINGS = ("verdict", "case", "base\nhead", "change\ninterval", "could see\npairs")


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
        if (test.open or test.again) and now - self._said < EVERY:
            return
        self._said = now
        rounds = 1 + max(pair.index for pair in test.pairs)
        left = f"{plural(len(test.open), 'case')} open" if test.open else "all settled"
        left = f"{test.again} once more by itself" if test.again else left
        text = f"{plural(rounds, 'round')}, {left}, {now - self._began:.0f} s"
        self._output.err.print(text)


def make_folder(folder: Path) -> Path:
    """Return the folder for what the gate leaves, made so that git does not see it."""
    with guarded("make the folder of journals", folder):
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if folder.name == JOURNALS.name and not ignore.exists():
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


def gate_table(result: GateResult) -> Sheet:
    """Return one row a decision, what asks for attention first, its reason below its name.

    Numbers that belong together are above each other, so that 80 columns are enough.
    """
    files = {split_case(decision.case)[0] for decision in result.decisions}
    told, rest = apart(result)
    shown = [decision for decision in rest if not _quiet(decision)]
    ordered = sorted(shown, key=lambda d: GATE_VERDICTS.index(d.verdict))
    rows = [
        *((_verdict(one.verdict), shared(one), "", "", "") for one in told),
        *(_row(decision, with_file=len(files) > 1) for decision in ordered),
    ]
    right = range(2, len(HEADINGS))
    return Sheet(
        HEADINGS, rows, _table_title(result), _caption(result, files), whole=(0,), right=right
    )


def _quiet(decision: Decision) -> bool:
    """Whether a decision needs no row: memory that is as it was, or too little to count."""
    return decision.quantity != "time" and (decision.verdict == "ok" or _open_and_small(decision))


def _open_and_small(decision: Decision) -> bool:
    """Whether a decision is still open on what is below all that counts."""
    small = max(decision.base, decision.head) < decision.thresholds.absolute
    return decision.verdict == "inconclusive" and small


def _table_title(result: GateResult) -> Text:
    partial = f"\npartial: {one_line(result.partial)}" if result.partial else ""
    return styled(headline(result), "table.title").append(partial, "bold")


def _caption(result: GateResult, files: Collection[str]) -> str:
    lines = [f"base {revision(result.base)}", f"head {revision(result.head)}"]
    common = () if len(files) > 1 else {*files} - {NOWHERE}
    lines += [f"cases of {one_line(file)}" for file in common]
    quiet = [decision for decision in result.decisions if _quiet(decision)]
    small = sum(map(_open_and_small, quiet))
    for count, words in ((len(quiet) - small, "ok"), (small, "too little to tell")):
        lines += [f"memory is {words} in {plural(count, 'case')}, not listed"] if count else []
    lines += [machine(result), *(one_line(text, 1000) for text in remarks(result))]
    if any(decision.interval for decision in result.decisions):
        lines.append(f"the {level(result.decisions)} stands below the change")
    return "\n" + "\n".join(lines)


def _row(decision: Decision, *, with_file: bool) -> tuple[str | Text, ...]:
    spread = "" if decision.interval is None else amounts.change_span(decision)
    pairs = plural(decision.pairs, "pair")
    return (
        _verdict(decision.verdict),
        _name(decision, with_file=with_file),
        f"{amounts.amount(decision, 'base')}\n{amounts.amount(decision, 'head')}",
        f"{amounts.change(decision)}\n{spread}",
        f"{amounts.detectable(decision)}\n{pairs}",
    )


def _verdict(name: GateVerdict) -> Text:
    return Text(f"{SIGNS[name]} {name}", STYLES[name])


def _name(decision: Decision, *, with_file: bool) -> Text:
    file, rest = (one_line(part) for part in split_case(decision.case))
    name = styled("").append(rest, "bold")
    if decision.quantity != "time":
        name.append(f" {QUANTITY_WORDS[decision.quantity]}")
    name.append(f"\n{file}" if with_file and file != NOWHERE else "", "dim")
    told = decision.verdict != "ok" or decision.reason
    return name.append(f"\n{why(decision)}") if told else name
