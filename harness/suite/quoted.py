"""The claims of a suite file, each with its sentence and the place of that.

A sentence stands once, with its readings under it, or beside its one reading. What it does not say
of its place it has from the suite, and that from the document in whose folder it lies.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.config.claim import Claim, Reading, ReadingTable, SentencePlace, Source
from harness.config.experiments import implied
from harness.config.table import LONGEST
from harness.suite.locate import Path, nearest
from harness.suite.schema import SuiteTable
from harness.suite.text import Text

_BAD = re.compile(r"[^A-Za-z0-9_.-]+")
_ROOM = LONGEST - 10  # for a number behind it


@dataclass(frozen=True)
class _Found:
    """A reading of a sentence as written: its key in the file, and the tables it is in."""

    place: Path
    quote: str
    reading: ReadingTable
    within: tuple[SentencePlace, ...]

    def claim(self, key: str, name: str, metric: str) -> Claim:
        given = {field: getattr(self.reading, field) for field in Reading.model_fields}
        given |= {"id": name, "metric": metric}
        source = _source((*self.within, self.reading), key)
        return Claim(**given, quote=self.quote, source=source, place=self.place)


def claims_of(table: SuiteTable, text: Text, key: str) -> tuple[Source | None, tuple[Claim, ...]]:
    """Return the source of a suite's sentences unless they name another, and its claims.

    Parameters
    ----------
    table : SuiteTable
        The file as written.
    text : Text
        The same, with the lines of its keys: claims come in the order in which they stand there.
    key : str
        Of the document in whose folder the file lies; ``""`` when it lies in none.

    Raises
    ------
    SuiteError
        With every section of no document.
    """
    text.refuse(_complaints(table, key))
    found = sorted(_readings(table), key=lambda one: nearest(text.lines, one.place) or 0)
    metrics = [one.reading.metric or implied(text.values).metric for one in found]
    names = _names([one.reading.id for one in found], metrics)
    named = zip(found, names, metrics, strict=True)
    return _source((table,), key), tuple(one.claim(key, *words) for one, *words in named)


def _names(given: Sequence[str], metrics: Sequence[str]) -> Iterator[str]:
    """Yield the ids of claims: without one it is called as its metric, and numbered."""
    taken = set(given)
    for name, metric in zip(given, metrics, strict=True):
        stem = _BAD.sub("-", metric).strip("-._")[:_ROOM] or "claim"
        free = (one for one in _numbered(stem) if one not in taken)
        chosen = name or next(free)
        taken.add(chosen)
        yield chosen


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in itertools.count(2))


def _readings(table: SuiteTable) -> Iterator[_Found]:
    for index, claim in enumerate(table.claims):
        yield _Found(("claims", index), claim.quote, claim, (table,))
    for index, quote in enumerate(table.quotes):
        for inner, reading in enumerate(quote.claims):
            place = ("quotes", index, "claims", inner)
            yield _Found(place, quote.text, reading, (table, quote))


def _source(tables: tuple[SentencePlace, ...], key: str) -> Source | None:
    """Return the source that the innermost table says, outer ones saying what it leaves out."""
    section = ""
    for table in tables:
        if table.source is not None:
            key, section = table.source.key, table.source.section
        section = table.section or section
    return Source(key=key, section=section) if key else None


def _complaints(table: SuiteTable, key: str) -> Iterator[tuple[Path, str]]:
    """Yield the sections that are of no document, or of two."""
    yield from _of_table((), (table,), key)
    for index, quote in enumerate(table.quotes):
        yield from _of_table(("quotes", index), (table, quote), key)
    for found in _readings(table):
        yield from _of_table(found.place, (*found.within, found.reading), key)


def _of_table(
    place: Path, tables: tuple[SentencePlace, ...], key: str
) -> Iterator[tuple[Path, str]]:
    own = tables[-1]
    if own.section and own.source is not None:
        yield (*place, "section"), "must not stand beside a source, which has a section; drop one"
    elif own.section and _source(tables, key) is None:
        message = (
            "must be the section of a document, but the suite lies in no document's folder; "
            "give a source instead"
        )
        yield (*place, "section"), message
