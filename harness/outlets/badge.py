"""A badge: the verdicts of claims in a few words and a colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from harness.numerals import measured
from harness.outlets.outcome import outcome, unit_of
from harness.types import VERDICTS, Verdict
from harness.words import clean

COLORS = {
    "brightgreen": "#2f6f1b",
    "yellow": "#7a5b00",
    "red": "#b3261e",
    "lightgrey": "#5f6368",
}
"""Names that shields.io knows, and the colours of our own picture: white on each can be read."""
SIDES = 12
"""Pixels left and right of a text, together."""
_WIDTHS = {"ijl": 3, "Ift r.,:;'|!()[]": 4, "cksvxyz": 6, "mwMW%@\u00b1\u00d7": 10}
"""Pixels of letters of Verdana at this size; all others have seven."""


@dataclass(frozen=True)
class Badge:
    """What a badge says; `color` is one of `COLORS`."""

    label: str
    message: str
    color: str


def badge(verdicts: Sequence[Verdict], label: str = "") -> Badge:
    """Return the badge of one claim, with its number, or of several, with their count.

    Parameters
    ----------
    verdicts : sequence of Verdict
        At least one.
    label : str
        What stands on its left; the claim's id, or ``claims``, if nothing is given.
    """
    if len(verdicts) == 1:
        (one,) = verdicts
        return Badge(label or one.claim, _of_one(one), _color(verdicts))
    return Badge(label or "claims", _of_many(verdicts), _color(verdicts))


def to_json(made: Badge) -> dict[str, Any]:
    """Return a badge as the endpoint of shields.io has it."""
    return {"schemaVersion": 1, "label": made.label, "message": made.message, "color": made.color}


def to_svg(made: Badge) -> str:
    """Return a badge as a picture, which a screen reader reads as its words."""
    label, message = clean(made.label), clean(made.message)
    left, right = _width(label), _width(message)
    return _SVG.format(
        name=quoteattr(f"{label}: {message}"),
        title=escape(f"{label}: {message}"),
        label=escape(label),
        message=escape(message),
        color=COLORS[made.color],
        width=left + right,
        left=left,
        first=left / 2,
        second=left + right / 2,
        inner_left=left - SIDES,
        inner_right=right - SIDES,
    )


def _of_one(verdict: Verdict) -> str:
    first = verdict.findings[0] if verdict.findings else None
    if verdict.verdict == "not-run" or first is None or first.measured is None:
        return verdict.verdict.replace("-", " ")
    number = measured(first.measured, first.interval, unit_of(verdict))
    return f"{number}, {verdict.verdict.replace('-', ' ')}"


def _of_many(verdicts: Sequence[Verdict]) -> str:
    counts = Counter(verdict.verdict for verdict in verdicts)
    if not verdicts or counts["not-run"] == len(verdicts):
        return "not run"
    if counts["reproduced"] == len(verdicts):
        return f"{len(verdicts)} of {len(verdicts)} reproduced"
    return ", ".join(
        f"{counts[name]} {name.replace('-', ' ')}" for name in VERDICTS if counts[name]
    )


def _color(verdicts: Sequence[Verdict]) -> str:
    """Return red where a check fails, green where all that was judged is as it should be."""
    found = {outcome(verdict) for verdict in verdicts}
    if "failed" in found:
        return "red"
    if any(_doubtful(verdict) for verdict in verdicts):
        return "yellow"
    return "brightgreen" if "passed" in found else "lightgrey"


def _doubtful(verdict: Verdict) -> bool:
    open_ = verdict.verdict not in ("not-run", "not-comparable")
    return open_ and outcome(verdict) == "skipped"


def _width(text: str) -> int:
    """Return about how wide a text is, with some room at its sides."""
    known = {letter: width for letters, width in _WIDTHS.items() for letter in letters}
    return sum(known.get(letter, 7) for letter in text) + SIDES


_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label={name}>
<title>{title}</title>
<rect width="{width}" height="20" rx="3" fill="{color}"/>
<path d="M{left} 0V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#444"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{first:g}" y="14" textLength="{inner_left}">{label}</text>
<text x="{second:g}" y="14" textLength="{inner_right}">{message}</text>
</g>
</svg>
"""
