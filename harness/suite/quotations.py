"""Whether the sentences that suites quote stand in their documents.

A quote is looked for in the files of its document, where any are given. It must stand in one of
them, marks and line breaks apart; ``...`` in it leaves something out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness.config.claim import Claim
from harness.errors import Problem
from harness.files import opened
from harness.kept import look
from harness.prose.reading import Prose, likeness, nearest, read, words
from harness.suite import locate
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.suite.text import Originals
from harness.words import shortened

LARGEST_DOCUMENT = 16 * 1024**2
"""Bytes of a document at most."""
SHOWN = 200
"""Characters of a sentence that a message quotes."""
_OMISSION = re.compile(r"(?:^|(?<=\s))(?:\[?\.\.\.\]?|\[?\u2026\]?)(?=\s|$)")


class DocumentFiles:
    """The files of documents, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Prose | str | None] = {}

    def prose(self, path: Path, *, required: bool = True) -> Prose | str | None:
        """Return the words of a file, or what is wrong with it; None if it need not be there."""
        if path not in self._read:
            self._read[path] = None if not (required or look(path).exists()) else _read(path)
        return self._read[path]


def problems(
    suite: Suite, documents: Mapping[str, Document], shelf: DocumentFiles | None = None
) -> Iterator[Problem]:
    """Yield the quotes of a suite that do not stand in their document, and files not there.

    Parameters
    ----------
    suite : Suite
        Its sentences.
    documents : mapping of str to Document
        Those that it may quote, by key.
    shelf : DocumentFiles or None
        Keeps what is read for the next suite.
    """
    shelf = shelf or DocumentFiles()
    for place, claim in {_place(claim): claim for claim in suite.claims}.items():
        files = originals_of(claim, suite, documents)
        found = {path: shelf.prose(path, required=files.required) for path in files.paths}
        wrong = {path: why for path, why in found.items() if isinstance(why, str)}
        yield from (files.problem(path, why) for path, why in wrong.items())
        texts = {path: prose for path, prose in found.items() if isinstance(prose, Prose)}
        if texts and not wrong and (message := missing(claim.quote, texts)):
            yield suite.text.problem(place, message)


def originals_of(claim: Claim, suite: Suite, documents: Mapping[str, Document]) -> Originals:
    """Return the files in which a claim's sentence must stand; none where none are given."""
    own = claim.source is None or claim.source == suite.source or _key(claim) == _key(suite)
    if own and suite.files is not None:
        return suite.files
    document = documents.get(_key(claim))
    return Originals() if document is None else document.files


def _key(placed: Claim | Suite) -> str:
    return placed.source.key if placed.source else ""


def _place(claim: Claim) -> locate.Path:
    """Return the key of a claim's sentence in the suite file."""
    return (*claim.place[:2], "text" if claim.place[:1] == ("quotes",) else "quote")


def missing(quote: str, texts: Mapping[Path, Prose]) -> str:
    """Return why a quote stands in none of the texts, with the nearest sentence; else nothing."""
    parts = [part for part in _OMISSION.split(quote) if words(part) != ("",)]
    if not parts:
        return f"must have words to look for, got {quote!r}"
    lost = {path: part for path, prose in texts.items() if (part := _lost(parts, prose))}
    if len(lost) < len(texts):
        return ""
    part = next(iter(lost.values()))
    places = " or ".join(map(str, texts))
    return f'must stand in {places}, got no "{shortened(part, SHOWN)}" there; {_hint(lost, texts)}'


def _lost(parts: Sequence[str], prose: Prose) -> str:
    """Return the first part that does not stand after the parts before it; ``""`` if all do."""
    at = 0
    for part in parts:
        found = ((one, prose.find(one, at)) for one in words(part))
        ends = [place + len(one) for one, place in found if place is not None]
        if not ends:
            return words(part)[0]
        at = min(ends)
    return ""


def _hint(lost: Mapping[Path, str], texts: Mapping[Path, Prose]) -> str:
    if any(texts[path].find(part) is not None for path, part in lost.items()):
        return "it stands there, but before what it must follow"
    found = [(path, nearest(texts[path], part), part) for path, part in lost.items()]
    near = [(likeness(one.text, part), str(path), one) for path, one, part in found if one]
    if not near:
        return "nothing there is like it"
    _, path, one = max(near, key=lambda rated: rated[0])
    return f'nearest, {path}:{one.line}: "{shortened(one.text, SHOWN)}"'


def _read(path: Path) -> Prose | str:
    try:
        with opened(path) as file:
            data = file.read(LARGEST_DOCUMENT + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"must be UTF-8, got byte 0x{error.object[error.start]:02x} on line {line}"
    except OSError as error:
        return f"must be a file that can be read: {(error.strerror or str(error)).lower()}"
    except ValueError:  # a path with NUL, which no system takes
        return "must be the path of a file"
    if len(data) > LARGEST_DOCUMENT:
        return f"must have at most {LARGEST_DOCUMENT:,} bytes, got more"
    return read(text)
