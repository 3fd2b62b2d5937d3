"""The ledger of the page: one row for each sentence, as the data that its script builds it from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import numerals
from harness.claims import q_value_text, sentences
from harness.claims.text import band, said
from harness.claims.verdicts import Sentence
from harness.figures.labels import machine, title
from harness.numerals import axis_value, measured
from harness.outlets.outcome import unit_of
from harness.report import quotes
from harness.report.marks import LABELS, SIGNS, WORDS
from harness.report.published import Mark
from harness.report.quotes import Place, Places
from harness.report.strip import Strip, distance, strip
from harness.types import VERDICTS, Environment, Finding, Grounds, Verdict
from harness.words import plural

DECIDING: Mapping[str, str] = {
    "does not hold": "contradicted",
    "holds in part": "contradicted",
    "holds": "reproduced",
    "open": "inconclusive",
}
"""By answer, the verdict of the reading that a row shows."""
DIGITS, WHOLE = 9, 1e15
"""Of the value of a run in the page's data."""


@dataclass(frozen=True)
class Entry:
    """A sentence in its place.

    Attributes
    ----------
    sentence : Sentence
        With all its readings.
    place : Place
        Where it stands.
    lead : Verdict
        The reading that its row shows.
    """

    sentence: Sentence
    place: Place
    lead: Verdict

    @property
    def anchor(self) -> str:
        """Fragment of its address on the page."""
        return anchor(self.lead)

    @property
    def published(self) -> str:
        """What the sentence says, in the notation of what was measured."""
        return published(self.lead)

    @property
    def measured(self) -> str:
        """What was measured, with the interval that decided."""
        return found(self.lead.findings[0], unit_of(self.lead)) if self.lead.findings else ""


def anchor(verdict: Verdict) -> str:
    """Return the fragment of a claim's address on the page."""
    return f"claim-{verdict.suite}-{verdict.claim}"


def entries(verdicts: Sequence[Verdict], places: Places) -> tuple[Entry, ...]:
    """Return the sentences that verdicts are about, in the order of the documents."""
    listed = [Entry(one, places.of(one.readings[0]), _lead(one)) for one in sentences(verdicts)]
    return tuple(sorted(listed, key=lambda entry: entry.place.order))


def _lead(sentence: Sentence) -> Verdict:
    """Return the reading to show: among those that gave the answer, one named as a highlight."""
    among = sentence.literal or sentence.readings
    wanted = DECIDING.get(sentence.answer)
    deciding = [verdict for verdict in among if verdict.verdict == wanted] or list(among)
    return next((verdict for verdict in deciding if verdict.highlight), deciding[0])


def published(verdict: Verdict) -> str:
    """Return what a claim says: its number in the unit measured, else its band, else its words."""
    on = _grounds(verdict)
    if on is not None and on.size is not None:
        return said(on.size, unit_of(verdict))
    if on is not None and (math.isfinite(on.low) or math.isfinite(on.high)):
        return band(on.low, on.high, unit_of(verdict))
    return quotes.words(verdict.published)


def quoted(verdict: Verdict) -> bool:
    """Whether a claim is compared with a number that the sentence gives."""
    on = _grounds(verdict)
    return on is None or on.size is not None


def _grounds(verdict: Verdict) -> Grounds | None:
    return next((f.grounds for f in verdict.findings if f.grounds), None)


def found(finding: Finding, unit: str) -> str:
    """Return what a finding measured, with the one interval that decided."""
    if finding.measured is None:
        return ""
    on = finding.grounds
    return measured(finding.measured, on.interval if on else finding.interval, unit)


def counted(finding: Finding) -> str:
    """Return what a finding rests on, ``"10 seeds"``; ``""`` when on nothing.

    Of several declared looks the one is named that settled it, or was the last.
    """
    if not finding.n:
        return ""
    noun = finding.over.removesuffix("s")
    many = plural(finding.n, noun) if finding.n < 1000 else f"{axis_value(finding.n)} {noun}s"
    return f"{many}, look {finding.look} of {finding.looks}" if finding.look else many


def level(finding: Finding) -> str:
    """Return the level of the interval that decided: ``"90 %"``."""
    return numerals.level(finding.grounds.interval if finding.grounds else finding.interval)


@dataclass(frozen=True)
class Data:
    """What the rows are built from, beside the sentences.

    Attributes
    ----------
    environments : mapping of str to Environment
        By id.
    suites : sequence of str
        Their ids, in order.
    figure : callable
        Claim to the fragment of the figure that shows it, ``""`` if none does, and the place of
        its number in it.
    labels : mapping of str to mapping
        Suite to what it calls its metrics.
    """

    environments: Mapping[str, Environment]
    suites: Sequence[str]
    figure: Callable[[Verdict], tuple[str, Mark | None]]
    labels: Mapping[str, Mapping[str, str]]


def as_json(listed: Sequence[Entry], data: Data, more: Mapping[str, Any]) -> str:
    """Return everything that the script needs, as JSON that may stand in a page.

    Parameters
    ----------
    listed : sequence of Entry
        In the order of the documents.
    data : Data
        What claims refer to.
    more : mapping
        Further values by name.
    """
    documents = list(dict.fromkeys(entry.place.document for entry in listed))
    machines = list(dict.fromkeys(env.hardware for env in data.environments.values()))
    shown = [machine(name) for name in machines]
    values = {
        "answers": [[shown.slug, shown.sign, shown.word] for shown in LABELS.values()],
        "verdicts": [[name, SIGNS[name], WORDS[name]] for name in VERDICTS],
        "documents": documents,
        "suites": data.suites,
        "machines": shown,
        "rows": [_row(entry, documents, machines, data) for entry in listed],
        **more,
    }
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "").replace("\u2029", "")


def _row(
    entry: Entry, documents: Sequence[str], machines: Sequence[str], data: Data
) -> dict[str, Any]:
    readings = entry.sentence.readings
    return {
        "q": str(quotes.html(entry.sentence.quote)),
        "n": quotes.aloud(entry.sentence.quote),
        "d": documents.index(entry.place.document),
        "s": entry.place.section,
        "a": list(LABELS).index(entry.sentence.answer),
        "l": readings.index(entry.lead),
        "c": [_claim(verdict, machines, data) for verdict in readings],
    }


def _claim(verdict: Verdict, machines: Sequence[str], data: Data) -> dict[str, Any]:
    unit = unit_of(verdict)
    drawn = strip(verdict, unit)
    first = verdict.findings[0] if verdict.findings else None
    far = distance(first) if first else None
    shown, placed = data.figure(verdict)
    values: dict[str, Any] = {
        "i": verdict.claim,
        "u": data.suites.index(verdict.suite) if verdict.suite in data.suites else -1,
        "v": VERDICTS.index(verdict.verdict),
        "k": int(verdict.reading != "literal"),
        "p": published(verdict),
        "h": int(quoted(verdict)),
        "e": [list(tick) for tick in drawn.ticks] if drawn else [],
        "j": [*drawn.reach, int(drawn.log)] if drawn else [],
        "b": list(drawn.band) if drawn else [],
        "z": drawn.size if drawn else None,
        "x": None if far is None else min(round(far, 2), 1e6),
        "r": verdict.reason,
        "w": verdict.because,
        "y": verdict.why,
        "o": verdict.expected if verdict.moved else "",
        "q": q_value_text(verdict),
        "t": title(verdict.metric, data.labels.get(verdict.suite, {})),
        "g": shown,
        "m": placed.as_values() if placed else None,
        "n": placed.words if placed else "",
        "f": [
            _finding(finding, unit, index, drawn, machines, data.environments, verdict)
            for index, finding in enumerate(verdict.findings)
        ],
    }
    return {key: value for key, value in values.items() if value not in ("", [], None)}


def _finding(
    finding: Finding,
    unit: str,
    index: int,
    drawn: Strip | None,
    machines: Sequence[str],
    environments: Mapping[str, Environment],
    verdict: Verdict,
) -> dict[str, Any]:
    environment = environments.get(finding.environment)
    agrees = finding.measured is not None and finding.verdict == verdict.verdict
    lane = drawn.lanes[index] if drawn else None
    values: dict[str, Any] = {
        "t": finding.track,
        "v": VERDICTS.index(finding.verdict),
        "m": found(finding, unit),
        "l": level(finding),
        "n": counted(finding),
        "h": machines.index(environment.hardware) if environment else None,
        "s": finding.data,
        "r": "" if agrees else finding.reason,
        "x": [lane.low, lane.middle, lane.high] if lane else [],
        "o": [_raw(value) for value in lane.values] if lane else [],
    }
    return {key: value for key, value in values.items() if value not in ("", [], None)}


def _raw(value: float) -> float | str:
    """Return a value of a run with as many digits as a table needs; what JSON has not, as text."""
    if not math.isfinite(value):
        return str(value)
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < WHOLE else short
