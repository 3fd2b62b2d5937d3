"""What continuous integration shows of claims: JUnit XML, and messages of GitHub Actions.

The messages stand beside the line of a file that a check is about (workflow commands).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from harness import junit
from harness.errors import Problem
from harness.outlets.outcome import Place, measured_by, numbers, outcome, why
from harness.outlets.readme import MarkedNumber
from harness.types import Verdict
from harness.words import clean, one_line

Level = Literal["error", "warning", "notice"]
TITLE = "Claims"
_KINDS: Mapping[str, junit.Kind] = {"failed": "failure", "skipped": "skipped"}


def of_verdicts(
    verdicts: Sequence[Verdict], places: Mapping[str, Place], *, strict: bool = False
) -> Iterator[str]:
    """Yield a line for each claim that fails, and for each about which there is doubt."""
    for verdict in verdicts:
        failed = outcome(verdict, strict=strict) == "failed"
        doubt = verdict.verdict == "inconclusive" != verdict.expected
        if failed or doubt:
            name = f"{verdict.suite}/{verdict.claim}"
            text = f'{why(verdict)}\n"{verdict.quote}"\nmeasured: {measured_by(verdict)}'
            yield line("error" if failed else "warning", places[name], name, text)


def of_problems(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield a line for each problem of a file."""
    for problem in problems:
        place = Place(problem.file, problem.line or 1)
        yield line("error", place, problem.key, problem.message)


def of_numbers(marked: Sequence[MarkedNumber]) -> Iterator[str]:
    """Yield a line for each number of a document that is not the one of the records."""
    for one in marked:
        if not one.same:
            text = f"{one.stands!r} must be {one.records!r}; `harness readme --write` updates it"
            yield line("error", Place(one.file, one.line), one.claim, text)


def line(level: Level, place: Place, title: str, text: str) -> str:
    """Return a command that GitHub shows at a place; nothing in its text acts as a command."""
    properties = {"file": _from_root(place.file), "line": str(place.line), "title": title}
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{level} {given}::{_data(text)}"


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _from_root(file: str) -> str:
    """Return a path as GitHub has it, from the root of the checkout, wherever we work in it."""
    root = os.environ.get("GITHUB_WORKSPACE")
    if not root:
        return file
    path = Path(os.path.relpath(os.path.realpath(file), os.path.realpath(root)))
    return file if path.parts[:1] == (os.pardir,) else path.as_posix()


def junit_xml(
    verdicts: Sequence[Verdict], places: Mapping[str, Place], *, strict: bool = False
) -> str:
    """Return verdicts as JUnit XML, one test a claim.

    Parameters
    ----------
    verdicts : sequence of Verdict
        In the order shown.
    places : mapping of str to Place
        Where each claim is stated, by ``suite/claim``.
    strict : bool
        Whether doubt fails.
    """
    tests = [_test(verdict, places, strict=strict) for verdict in verdicts]
    return junit.render(junit.Table(TITLE, tests))


def _test(verdict: Verdict, places: Mapping[str, Place], *, strict: bool) -> junit.Row:
    place = places[f"{verdict.suite}/{verdict.claim}"]
    kind = _KINDS.get(outcome(verdict, strict=strict))
    ended = None
    if kind is not None:
        said = one_line(why(verdict))
        ended = junit.NotPassed(kind, said, verdict.verdict, numbers(verdict))
    return junit.Row(
        group=verdict.suite,
        name=verdict.claim,
        ended=ended,
        properties={"verdict": verdict.verdict, "measured": measured_by(verdict)},
        file=place.file,
        line=place.line,
    )
