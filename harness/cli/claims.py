"""``harness claims``: judge the claims of suites from stored records, and show their verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from harness import claims as judging
from harness.cli import codes, options, streams
from harness.cli.console import Output
from harness.cli.sheet import Sheet
from harness.errors import UsageError
from harness.files import write_text
from harness.outlets import outcome, workflow
from harness.outlets.outcome import measured_by, reason
from harness.suite.documents import Document
from harness.types import VERDICTS, Archive, Verdict
from harness.words import did_you_mean, plain, plural
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged, open_archive, with_q_values

STYLES = {
    "reproduced": "green",
    "contradicted": "red",
    "inconclusive": "yellow",
    "not-comparable": "blue",
    "not-run": "dim",
}
FEW = 30
"""So many claims are shown without being asked for."""


@dataclass(frozen=True)
class Filter:
    """What was asked for on the command line.

    Attributes
    ----------
    everything : bool
        All claims.
    verdicts, documents, claims : tuple of str
        Verdicts; keys, numbers or parts of titles of documents; ids of claims, as the shell
        writes many.
    """

    everything: bool = False
    verdicts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything in particular was asked for."""
        return bool(self.everything or self.verdicts or self.documents or self.claims)


def claims(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    strict: options.Strict = False,
    every: Annotated[
        bool, typer.Option("--all", help="Print every claim, not only what needs attention.")
    ] = False,
    verdict: Annotated[
        list[str] | None,
        typer.Option(metavar="VERDICT", help="Print claims with this verdict; repeatable."),
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Print claims about this document; repeatable."),
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLAIM", help="Print claims with this name, * for any part of it; repeatable."
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Write the claims by section of the documents, in Markdown."
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write JUnit XML, one test for each claim.")
    ] = None,
    md: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write Markdown for a pull request.")
    ] = None,
    github: options.Github = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge every claim; exit 3 when one is false and not known to be, or a verdict moved."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    workspace = open_workspace(names or [], suites)
    archive = open_noted(workspace, results, output)
    found = judged(workspace, archive, results)
    verdicts = with_q_values(found, workspace, archive, results)
    output.json(
        {
            "schema": 1,
            "counts": judging.counts(verdicts),
            "sentences": judging.answers(judging.sentences(verdicts)),
            "by_chance": judging.by_chance(verdicts),
            "verdicts": judging.to_json(verdicts),
        }
    )
    if ledger is not None:
        write_ledger(ledger, workspace, verdicts)
    if md is not None:
        write_text(md, plain(_comment(workspace, verdicts)), "write the Markdown")
    places = outcome.places(workspace.suites)
    if junit is not None:
        text = workflow.junit_xml(verdicts, places, strict=strict)
        write_text(junit, text, "write the JUnit XML")
    if github:
        streams.annotate(workflow.of_verdicts(verdicts, places, strict=strict))
    filters = Filter(every or bool(names), *(tuple(x or ()) for x in (verdict, document, claim)))
    shown = chosen(verdicts, filters, workspace)
    for line in opening(verdicts):
        output.out.print(line)
    if shown:
        output.out.print(verdict_table(shown))
    if len(shown) < len(verdicts):
        output.out.print(left_out(len(verdicts) - len(shown), asked=filters.anything))
    for line in closing(verdicts):
        output.out.print(line)
    raise typer.Exit(codes.of_verdicts(verdicts, strict=strict))


def open_noted(workspace: Workspace, results: Path, output: Output) -> Archive:
    """Open the records of a folder and print what the reader should know of them.

    Raises
    ------
    NothingMeasured
        If there is no record.
    """
    archive, notes = open_archive(workspace, results)
    for note in notes:
        output.err.print(f"note: {note}")
    return archive


def write_ledger(path: Path, workspace: Workspace, verdicts: Sequence[Verdict]) -> None:
    """Write what covers every section of every document."""
    write_text(path, plain(ledger_text(workspace, verdicts)), "write the ledger")


def ledger_text(workspace: Workspace, verdicts: Sequence[Verdict]) -> str:
    """Return the ledger of sections of a workspace's documents."""
    from harness import report  # here: it brings the plotting libraries, which judging never needs

    return report.coverage(workspace.library().documents, workspace.suites, verdicts)


def _comment(workspace: Workspace, verdicts: Sequence[Verdict]) -> str:
    from harness import report  # as in `ledger_text`

    return report.comment(verdicts, workspace.facts)


def verdict_table(verdicts: Sequence[Verdict]) -> Sheet:
    """Return the table of verdicts, one row a claim."""
    headings = ("claim", "published", "measured", "verdict", "why")
    return Sheet(headings, [_claim_row(verdict) for verdict in verdicts], whole=(0, 2))


def opening(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many claims got which verdict, and how many sentences hold."""
    lines = [f"{plural(len(verdicts), 'claim')}: {counts(verdicts)}"] if verdicts else []
    return lines + ([sentences] if (sentences := judging.sentence_counts(verdicts)) else [])


def left_out(count: int, *, asked: bool) -> str:
    """Return how many claims are not in the table, and how to see them."""
    rest = plural(count, "claim")
    if asked:
        return f"{rest} left out, which are not what was asked for"
    return f"{rest} left out, which are as the suites record: --all prints them"


def closing(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what a reader of all those claims must know besides: chance and failures."""
    lines = [chance] if (chance := judging.chance_text(verdicts)) else []
    if failing := [verdict for verdict in verdicts if verdict.fails]:
        named = ", ".join(f"{v.suite}/{v.claim} ({_failure(v)})" for v in failing)
        verb = "fails" if len(failing) == 1 else "fail"
        lines.append(f"{plural(len(failing), 'claim')} {verb}: {named}")
    return lines


def _failure(verdict: Verdict) -> str:
    if verdict.moved:
        return f"moved from {verdict.expected} to {verdict.verdict}"
    return "contradicted, which the suite does not record as expected"


def _claim_row(verdict: Verdict) -> tuple[str | Text, ...]:
    name = Text(verdict.verdict, STYLES[verdict.verdict])
    if verdict.moved:
        name.append(" (moved)")
    return (
        f"{verdict.suite}/{verdict.claim}",
        verdict.published,
        measured_by(verdict),
        name,
        why(verdict),
    )


def why(verdict: Verdict) -> str:
    """Return the reason of a verdict, with the rate of false discoveries."""
    said = reason(verdict)
    return f"{said}; {q}" if (q := judging.q_value_text(verdict)) else said


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return ``"12 reproduced, 3 contradicted, ..."``."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{found[name]} {name}" for name in VERDICTS if found[name]) or "no claims"


def chosen(
    verdicts: Sequence[Verdict], filters: Filter, workspace: Workspace
) -> tuple[Verdict, ...]:
    """Return the verdicts to show, in the order given.

    Raises
    ------
    UsageError
        If there is no such verdict or document, or no claim of that name.
    """
    for name in filters.verdicts:
        if name not in VERDICTS:
            raise UsageError(
                f"--verdict must be a verdict, got {name!r}.{did_you_mean(name, VERDICTS)}"
            )
    of_document = _of_documents(filters.documents, workspace)
    found = tuple(
        verdict
        for verdict in verdicts
        if (not filters.verdicts or verdict.verdict in filters.verdicts)
        and of_document(verdict)
        and (not filters.claims or any(_is_called(verdict, name) for name in filters.claims))
    )
    if filters.claims and not any(_is_called(v, n) for v in verdicts for n in filters.claims):
        raise UsageError(
            f"--claim must name a claim of these suites, got {', '.join(filters.claims)}; "
            "`harness claims --all` lists them"
        )
    if filters.anything or len(verdicts) <= FEW:
        return found
    return tuple(verdict for verdict in found if needs_attention(verdict))


def needs_attention(verdict: Verdict) -> bool:
    """Whether a claim needs attention: it fails, or is in doubt and its suite does not say so."""
    return verdict.fails or (verdict.verdict == "inconclusive" and not verdict.expected)


def _is_called(verdict: Verdict, name: str) -> bool:
    return fnmatchcase(f"{verdict.suite}/{verdict.claim}", name) or fnmatchcase(verdict.claim, name)


def _of_documents(names: Sequence[str], workspace: Workspace) -> Callable[[Verdict], bool]:
    """Return whether a claim quotes one of the documents named; any if none is."""
    if not names:
        return lambda _: True
    documents = {k: one for library in workspace.libraries for k, one in library.documents.items()}
    for suite in workspace.suites:
        if suite.source is not None:  # files that a suite names are in no list of documents
            called = suite.source.key
            documents.setdefault(called, Document(called, called, called))
    keys = {key for name in names for key in _keys(name, documents)}
    own = {
        (suite.id, claim.id)
        for suite in workspace.suites
        for claim in suite.claims
        if claim.source is not None and claim.source.key in keys
    }
    return lambda verdict: (verdict.suite, verdict.claim) in own


def _keys(name: str, documents: Mapping[str, Document]) -> list[str]:
    """Return the documents that go by a key, a number or a part of a title."""
    if not documents:
        raise UsageError(
            f"--document must name a document of the suites, which have none, got {name!r}; "
            "leave it out"
        )
    found = [
        key
        for key, one in documents.items()
        if name in (key, one.number) or name.casefold() in one.title.casefold()
    ]
    if not found:
        raise UsageError(
            f"--document must be the key, number or a part of the title of a document, got "
            f"{name!r}.{did_you_mean(name, documents)}"
        )
    return found
