"""The numbers between the marks of a document, compared with what the records give.

A number is written in the style of the one that stands there: ``97 %``, ``0.97``, ``30x``. The
first number of the text is replaced, with its interval if it has one; its unit, its power of ten,
the spaces before them and everything else stay. What is no such number is left alone: half of
"93,5 %" or of "5 to 6 s" replaced would be a false sentence.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import Problem
from harness.numerals import MINUS, Digits, earned, in_unit, number
from harness.outlets.outcome import reason, unit_of
from harness.prose.marks import Mark, marks, replaced
from harness.types import Interval, Verdict
from harness.words import shortened, unknown

_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PER_CENT = dict.fromkeys(("%", "\\%", "percent", "per cent", "Prozent"), 0.01)
_POINTS = dict.fromkeys(("points", "percentage points", "pp"), 0.01)
_TIMES = dict.fromkeys(("x", "X", "\u00d7", "\\times", "times"), 1.0)
_SECONDS = {
    **dict.fromkeys(("h", "hours"), 3600.0),
    **dict.fromkeys(("min", "minutes"), 60.0),
    **dict.fromkeys(("s", "sec", "seconds"), 1.0),
    **dict.fromkeys(("ms", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "\u00b5s", "\u03bcs", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
}
_BYTES = {
    **dict.fromkeys(("B", "bytes"), 1.0),
    **{f"{prefix}iB": 1024.0**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}B": 1000.0**power for power, prefix in enumerate("kMGT", 1)},
    "KB": 1000.0,
}
UNITS: Mapping[str, Mapping[str, float]] = {
    "": {**_PER_CENT, **_TIMES},
    "fraction": _PER_CENT,
    "points": {**_POINTS, **_PER_CENT},
    "seconds": _SECONDS,
    "bytes": _BYTES,
    "ratio": _TIMES,
}
"""Unit of a claim to the units that a text may give it, and what each is worth."""
_EVERY = sorted({one for known in UNITS.values() for one in known}, key=lambda one: -len(one))
_UNIT = f"(?:{'|'.join(map(re.escape, _EVERY))})(?![A-Za-z0-9])"
_GAP = r"(?:[ \t\u00a0\u2009\u202f]|&nbsp;|\\,|~)*"
_NUMBER = rf"[-+{MINUS}]?(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(_RAISED + MINUS, "-0123456789-")
_TEN = (
    rf"{_GAP}(?:[*·\u00d7]|\\times|\\cdot){_GAP}10"
    rf"(?P<power>[{_RAISED}]+|(?:\^|\*\*)\{{?[-{MINUS}]?\d+\}}?)"
)
_STYLE = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})(?:{_TEN})?(?:(?P<gap>{_GAP})(?P<unit>{_UNIT}))?"
    rf"(?P<spread>(?P<lead>\s*)(?:(?:±|\+/-)\s*{_NUMBER}"
    rf"|\({_NUMBER}(?P<own>(?:(?P=gap)(?P=unit))?) to {_NUMBER}(?P=own)\)))?"
    rf"(?:(?P<late_gap>{_GAP})(?P<late>{_UNIT}))?"
)
_ENDS = r"[-\u2013\u2014;,]|\.\.+|…|to|and|bis|und"
_PART = re.compile(
    rf"[\d+\-\u2013\u2014{MINUS}]\s*\0|\d[.,'_]\0|minus\s*\0"
    r"|\0(?:[^\W_]|[.,'_]?\d|\s+(?:\d|thousand|million|billion|trillion))"
    rf"|±|\+/-|10(?:\^|\*\*|[{_RAISED}])"
    rf"|[\d\0]\s*(?:%|\u00d7|[^\W\d]{{1,3}})?\s*(?:{_ENDS})\s*[-{MINUS}+]?\d"
)
"""Signs that what is found (as a nul) is a piece of a number, of a range, or has another spread."""


@dataclass(frozen=True)
class Marked:
    """A document and its marks.

    Attributes
    ----------
    file : str
        Path as the user gave it.
    source : str
        Its text; line ends and a byte-order mark as they are.
    encoding : str
        What it is written in.
    marks : tuple of Mark
        In order.
    """

    file: str
    source: str
    encoding: str
    marks: tuple[Mark, ...]

    def problem(self, mark: Mark, message: str) -> Problem:
        """Return what is wrong with a mark."""
        return Problem(self.file, mark.line, mark.claim, message)

    def with_texts(self, texts: dict[Mark, str]) -> bytes:
        """Return the bytes of the document with other text between marks.

        Raises
        ------
        UnicodeEncodeError
            If its encoding lacks a character.
        """
        return replaced(self.source, texts).encode(self.encoding)


@dataclass(frozen=True)
class MarkedNumber:
    """A mark, and what the records give for it: ``stands`` is what is there now."""

    file: str
    line: int
    claim: str
    stands: str
    records: str

    @property
    def same(self) -> bool:
        """Whether the document says what the records give."""
        return self.stands == self.records

    def __str__(self) -> str:
        stands, records = shortened(self.stands), shortened(self.records)
        return f"{self.file}:{self.line}: {self.claim}: {stands!r} must be {records!r}"


def read(file: str, data: bytes) -> tuple[Marked, tuple[Problem, ...]]:
    """Return a document with its marks, and what is wrong with those."""
    encoding = _encoding(data)
    source = data.decode(encoding)
    found, flaws = marks(source)
    problems = tuple(Problem(file, flaw.line, "", flaw.message) for flaw in flaws)
    return Marked(file, source, encoding, found), problems


def _encoding(data: bytes) -> str:
    """Return the encoding that gives back the same bytes: UTF-8 if it is, else Latin-1."""
    for mark, name in _WIDE:
        if data.startswith(mark) and _decodes(data, name):
            return name
    return "utf-8" if _decodes(data, "utf-8") else "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def unknown_claims(document: Marked, known: Sequence[str]) -> tuple[Problem, ...]:
    """Return the marks that name no claim, each with the nearest name."""
    wrong = [mark for mark in document.marks if mark.claim not in known]
    return tuple(document.problem(mark, unknown("claim", mark.claim, known)) for mark in wrong)


@dataclass(frozen=True)
class Compared:
    """A document beside the records.

    Attributes
    ----------
    document : Marked
        It.
    texts : mapping of Mark to str
        What the records give, for each mark that they answer.
    unmeasured, other_unit : tuple of Problem
        Marks of claims without a number, and of numbers in a unit that is none of the claim's.
    """

    document: Marked
    texts: dict[Mark, str]
    unmeasured: tuple[Problem, ...]
    other_unit: tuple[Problem, ...]

    @property
    def shown(self) -> tuple[MarkedNumber, ...]:
        """Every mark that the records answer, in order."""
        file = self.document.file
        return tuple(
            MarkedNumber(file, mark.line, mark.claim, mark.text, text)
            for mark, text in self.texts.items()
        )

    @property
    def stale(self) -> tuple[MarkedNumber, ...]:
        """Those that say something else than the records."""
        return tuple(one for one in self.shown if not one.same)


def compare(document: Marked, verdicts: Mapping[str, Verdict]) -> Compared:
    """Return what the records give for every mark of a document.

    Parameters
    ----------
    document : Marked
        All its marks name claims that have a verdict.
    verdicts : mapping of str to Verdict
        By ``suite/claim``.
    """
    texts, unmeasured, other_unit = dict[Mark, str](), list[Problem](), list[Problem]()
    for mark in document.marks:
        verdict = verdicts[mark.claim]
        first = verdict.findings[0] if verdict.findings else None
        if first is None or first.measured is None:
            message = f"nothing was measured ({reason(verdict)}); run `harness run {verdict.suite}`"
            unmeasured.append(document.problem(mark, message))
            continue
        try:
            text = written(mark.text, first.measured, first.interval, unit_of(verdict))
        except Unwritable as error:
            other_unit.append(document.problem(mark, str(error)))
        else:
            texts[mark] = text
    return Compared(document, texts, tuple(unmeasured), tuple(other_unit))


class Unwritable(ValueError):
    """The text holds no number by itself, or one in a unit that the claim's cannot be shown in."""


def written(text: str, value: float, interval: Interval | None, unit: str = "") -> str:
    """Return a text with the number measured in the place of its first one.

    Parameters
    ----------
    text : str
        What stands in a document; without any number it is replaced as a whole.
    value : float
        What was measured.
    interval : Interval or None
        Its confidence interval: it says how many digits the number earns.
    unit : str
        Of the value, as in `harness.numerals.measured`.

    Raises
    ------
    Unwritable
        If the number has a unit that cannot be this value's, or is a part of something longer.
    """
    style = _STYLE.search(text)
    if style is None:
        return earned(value, interval, unit) if interval else number(value, unit)
    if _PART.search(f"{text[: style.start()]}\0{text[style.end() :]}"):
        raise Unwritable(
            "between the marks must stand a single number with a decimal point, such as 97.3 % or "
            f"1.2e-5, got {text!r}; leave no more than that between them"
        )
    factor = _factor(style["unit"] or style["late"] or "", unit) * _ten(style["power"] or "0")
    if not math.isfinite(value):
        return text[: style.start()] + number(value) + text[style.end() :]
    digits = in_unit(value, interval, factor, unit)
    new = _like(style["number"], digits)
    rest = text[style.end("number") :]
    if style["spread"]:
        spread = _spread(style["spread"], style["lead"], digits, style["own"] or "")
        rest = text[style.end("number") : style.start("spread")] + spread
        rest += text[style.end("spread") :]
    return text[: style.start()] + new + rest


def _factor(found: str, unit: str) -> float:
    if not found:
        return 1.0
    if found in UNITS[unit]:
        return UNITS[unit][found]
    if not unit:
        raise Unwritable(
            f"the claim has no unit, so that a number in {found} cannot be written; give it one "
            f"(unit = ...), or let {found} stand after the mark"
        )
    known = ", ".join(UNITS[unit])
    raise Unwritable(f"a number of unit {unit!r} can be in {known} or without, got {found}")


def _ten(power: str) -> float:
    """Return what a power of ten is worth."""
    return 10.0 ** int(power.translate(_LOWERED).strip("^*{}"))


def _like(old: str, digits: Digits) -> str:
    """Return a number written as another is: its minus, its thousands, its power of ten."""
    text = digits.power() if "e" in old.lower() else digits.plain()
    if "e" in old.lower():
        text = re.sub(r"e([-+])0(\d)$", r"e\1\2", text) if not re.search(r"[-+]0\d", old) else text
        text = text.replace("e+", "e") if not re.search(r"[eE]\+", old) else text
        text = text.replace("e", "E") if "E" in old else text
    if re.search(r"\d{4}", old.split(".")[0]):
        text = text.replace(",", "")
    text = text.replace(MINUS, "-") if MINUS not in old else text.replace("-", MINUS)
    return f"+{text}" if old.startswith("+") and digits.value > 0 else text


def _spread(old: str, lead: str, digits: Digits, unit: str) -> str:
    """Return the interval in the place of another: plus or minus, or from and to."""
    if not digits.spread:
        return ""
    spread = digits.spread.replace("± ", "+/- ") if "+/-" in old else digits.spread
    if "(" in spread:
        spread = spread.replace(" to ", f"{unit} to ").replace(")", f"{unit})")
    return f"{lead or ' '}{spread}"
