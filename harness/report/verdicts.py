"""Verdicts to the rows of a table, finished text throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.claims import q_value_text
from harness.figures.labels import title
from harness.numerals import axis_value, level, measured, span
from harness.outlets.outcome import unit_of
from harness.report.marks import SIGNS, WORDS
from harness.types import Environment, Finding, Verdict
from harness.words import plural


@dataclass(frozen=True)
class TrackRow:
    """One finding in words; `data` names a stand-in, or is empty."""

    track: str
    verdict: str
    sign: str
    word: str
    measured: str
    interval: str
    level: str
    n: str
    data: str
    machine: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One claim in words.

    Attributes
    ----------
    anchor : str
        Fragment of its place on the page.
    why : str
        What of the reading is ours and not the sentence's, if anything.
    q : str
        False-discovery rate of a contradiction, in words.
    moved : bool
        Whether the verdict differs from the recorded one.
    tracks : tuple of TrackRow
        The first is the one to quote.
    """

    anchor: str
    suite: str
    claim: str
    quote: str
    source: str
    published: str
    metric: str
    rule: str
    verdict: str
    sign: str
    word: str
    reason: str
    expected: str
    because: str
    moved: bool
    why: str
    q: str
    tracks: tuple[TrackRow, ...]

    @property
    def first(self) -> TrackRow | None:
        """The track to quote, if anything was measured."""
        return self.tracks[0] if self.tracks else None

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Data sets that stood in for the ones that the claim is about."""
        return tuple(dict.fromkeys(track.data for track in self.tracks if track.data))


def rows(verdicts: Sequence[Verdict], environments: Mapping[str, Environment]) -> tuple[Row, ...]:
    """Return one row per verdict, in the order given."""
    return tuple(_row(verdict, environments) for verdict in verdicts)


def _row(verdict: Verdict, environments: Mapping[str, Environment]) -> Row:
    unit = unit_of(verdict)
    return Row(
        anchor=f"claim-{verdict.suite}-{verdict.claim}",
        suite=verdict.suite,
        claim=verdict.claim,
        quote=verdict.quote,
        source=verdict.source,
        published=verdict.published or _stands(verdict.quote),
        metric=title(verdict.metric),
        rule=verdict.rule,
        verdict=verdict.verdict,
        sign=SIGNS[verdict.verdict],
        word=WORDS[verdict.verdict],
        reason=verdict.reason,
        expected=verdict.expected,
        because=verdict.because,
        moved=verdict.moved,
        why=verdict.why,
        q=q_value_text(verdict),
        tracks=tuple(_track(finding, unit, environments) for finding in verdict.findings),
    )


def _stands(quote: str) -> str:
    """Return where a number is read that the suite does not give by itself."""
    return "as quoted" if any(map(str.isdigit, quote)) else "no number"


def _track(finding: Finding, unit: str, environments: Mapping[str, Environment]) -> TrackRow:
    environment = environments.get(finding.environment)
    return TrackRow(
        track=finding.track or "all",
        verdict=finding.verdict,
        sign=SIGNS[finding.verdict],
        word=WORDS[finding.verdict],
        measured=measured(finding.measured, finding.interval, unit),
        interval=span(finding.interval, unit),
        level=level(finding.interval),
        n=counted(finding),
        data=finding.data,
        machine=environment.hardware if environment else finding.environment,
        reason=finding.reason,
    )


def counted(finding: Finding) -> str:
    """Return what a finding rests on, ``"10 seeds"``; ``""`` when on nothing.

    Of several declared looks the one is named that settled it, or was the last.
    """
    if not finding.n:
        return ""
    noun = finding.over.removesuffix("s")
    many = plural(finding.n, noun) if finding.n < 1000 else f"{axis_value(finding.n)} {noun}s"
    return f"{many}, look {finding.look} of {finding.looks}" if finding.look else many
