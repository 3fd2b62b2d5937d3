"""Verdicts as JUnit XML, one test a claim, as `harness.outlets.outcome` has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness import junit
from harness.outlets.outcome import Place, measured_by, numbers, outcome, why
from harness.types import Verdict
from harness.words import one_line

TITLE = "Claims"
_KINDS: Mapping[str, junit.Kind] = {"failed": "failure", "skipped": "skipped"}


def render(
    verdicts: Sequence[Verdict], places: Mapping[str, Place], *, strict: bool = False
) -> str:
    """Return verdicts as JUnit XML.

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
