"""The numbers between the marks of a document, compared with what the records give."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import Problem
from harness.outlets.inline import Unwritable, written
from harness.outlets.outcome import reason, unit_of
from harness.prose.marks import Mark, marks, replaced
from harness.types import Verdict
from harness.words import shortened, unknown

_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


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
