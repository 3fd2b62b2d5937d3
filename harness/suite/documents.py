"""The documents whose sentences suites quote.

A document is a folder of suites with a ``document.toml``. A folder of suites may instead have a
``sources.toml``, which lists documents, and ``sections/<key>.toml`` with the sections of each.
Suites that lie in no document's folder quote the README of the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from harness.config.table import Files, Id, SuiteId, Table
from harness.errors import Problem, SuiteError
from harness.kept import look
from harness.suite.explain import validate
from harness.suite.text import Originals, Text, named, read

DOCUMENT = "document.toml"
BIBLIOGRAPHY, OUTLINES = "sources.toml", "sections"
README = "README"
"""Key of the document of suites that lie in no document's folder."""


class Section(Table):
    """One numbered section or question.

    Attributes
    ----------
    number
        As the document numbers it: ``"7"``, ``"4.2.3"``.
    topic
        A few words for the reader, not a quotation.
    nothing
        Why no run can check anything here; empty when claims cover it.
    claims
        ``suite/claim`` of claims that quote another place but cover this one.
    """

    number: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    nothing: str = ""
    claims: tuple[str, ...] = ()


class NamedDocument(Table):
    """A document: the key suites use, the number the ledger cites, its title.

    Attributes
    ----------
    document
        The files of its own words, in which quotes are looked for.
    """

    key: Id
    number: str
    title: str
    document: Files = ()


class DocumentTable(NamedDocument):
    """``document.toml``."""

    schema_version: Literal[1] = Field(alias="schema")
    headline: tuple[SuiteId, ...] = ()
    sections: tuple[Section, ...] | None = None


class Bibliography(Table):
    """``sources.toml``."""

    schema_version: Literal[1] = Field(alias="schema")
    sources: tuple[NamedDocument, ...] = ()


class Outline(Table):
    """``sections/<key>.toml``."""

    schema_version: Literal[1] = Field(alias="schema")
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A document, wherever it is described.

    Attributes
    ----------
    key, number, title : str
        What suites, the ledger and readers call it.
    headline : tuple of str
        Ids of the suites that are shown first.
    sections : tuple of Section or None
        All that it has; None when nobody has listed them.
    text : Text
        The file that lists them.
    folder : Path or None
        That of its suites, when it has one of its own.
    files : Originals
        Those of its own words; quotes are looked for in them.
    """

    key: str
    number: str
    title: str
    headline: tuple[str, ...] = ()
    sections: tuple[Section, ...] | None = None
    text: Text = field(default_factory=Text)
    folder: Path | None = None
    files: Originals = field(default_factory=Originals)


@dataclass(frozen=True)
class Library:
    """The documents of one tree of suites, by key, in the order of their numbers.

    Attributes
    ----------
    folder : Path
        The tree.
    documents : mapping of str to Document
        All there are.
    rest : Document or None
        The one of the suites that lie in no document's folder.
    """

    folder: Path
    documents: Mapping[str, Document]
    rest: Document | None = None

    @property
    def cited(self) -> Mapping[str, str]:
        """Key of a document to the number that the ledger cites."""
        return {key: entry.number for key, entry in self.documents.items()}

    def of(self, path: Path) -> Document | None:
        """Return the document that a suite file quotes: that of its folder, or that of the rest."""
        here = os.path.realpath(path.parent)
        for entry in self.documents.values():
            if entry.folder is not None and os.path.realpath(entry.folder) == here:
                return entry
        return self.rest

    @property
    def headline(self) -> tuple[str, ...]:
        """The ids of the suites that are shown first, document by document."""
        return tuple(name for entry in self.documents.values() for name in entry.headline)


def library(folder: Path, readme: Path | None = None) -> Library:
    """Read the documents of a tree of suites, in whichever form they are described.

    Parameters
    ----------
    folder : Path
        The tree.
    readme : Path or None
        The document of suites that lie in no document's folder, if there is one.

    Raises
    ------
    SuiteError
        With every file that is not valid, and every key that two documents have.
    """
    found, problems = dict[str, Document](), list[Problem]()
    listed, errors = _of_bibliography(folder)
    problems += errors
    for own in folders(folder):
        try:
            entry = document(own)
            listed.append((entry, entry.text.problem(("key",), _duplicate(entry.key))))
        except SuiteError as error:
            problems += error.problems
    for entry, repeated in listed:
        problems += [repeated] if entry.key in found else []
        found.setdefault(entry.key, entry)
    if problems:
        raise SuiteError(problems)
    rest = None if readme is None else found.setdefault(README, _of_readme(readme))
    in_order = sorted(found.values(), key=lambda entry: (entry.number, entry.key))
    return Library(folder, {entry.key: entry for entry in in_order}, rest)


def key_of(document: Document | None, files: Originals | None) -> str:
    """Return the key of what a suite quotes: its document, or the files that it names itself.

    The latter outside of a document's folder, where it would be the README: their names are the
    key, ``""`` for none, unless the README is one of them.
    """
    if document is None or document.folder is not None or files is None:
        return document.key if document else ""
    theirs = {os.path.realpath(path) for path in document.files.paths}
    if theirs & {os.path.realpath(path) for path in files.paths}:
        return document.key
    return ", ".join(path.name for path in files.paths)


def _of_readme(path: Path) -> Document:
    text = Text(str(path))
    files = Originals((path,), text, required=False)
    return Document(README, path.name, path.name, text=text, files=files)


def _duplicate(key: str) -> str:
    return f"must be unique, got {key!r} twice"


def document(folder: Path) -> Document:
    """Read the ``document.toml`` of a folder.

    Raises
    ------
    SuiteError
        If it is not valid.
    """
    text = read(folder / DOCUMENT)
    table = validate(DocumentTable, text)
    files = named(table.document, text, ("document",))
    known = (table.key, table.number, table.title)
    return Document(*known, table.headline, table.sections, text, folder, files)


def of_suite(path: Path) -> Document | None:
    """Return the document in whose folder a suite file lies, read for this one suite."""
    return document(path.parent) if is_document(path.parent) else None


def _of_bibliography(folder: Path) -> tuple[list[tuple[Document, Problem]], list[Problem]]:
    """Return the documents of a ``sources.toml``, each with what to say if its key is taken."""
    path = folder / BIBLIOGRAPHY
    if not os.path.lexists(look(path)):  # a dangling link must be reported, not ignored
        return [], []
    found, problems = list[tuple[Document, Problem]](), list[Problem]()
    text = read(path)
    for index, entry in enumerate(validate(Bibliography, text).sources):
        repeated = text.problem(("sources", index, "key"), _duplicate(entry.key))
        try:
            files = named(entry.document, text, ("sources", index, "document"))
            found.append((_of_outline(entry, folder / OUTLINES, files), repeated))
        except SuiteError as error:
            problems += error.problems
    return found, problems


def _of_outline(entry: NamedDocument, outlines: Path, files: Originals) -> Document:
    known = Document(entry.key, entry.number, entry.title, files=files)
    path = outlines / f"{entry.key}.toml"
    if not look(path).exists():
        return known
    text = read(path)
    return replace(known, sections=validate(Outline, text).sections, text=text)


def is_document(folder: Path) -> bool:
    """Whether a folder is that of a document."""
    return os.path.lexists(look(folder / DOCUMENT))


def folders(root: Path) -> Iterator[Path]:
    """Yield the folders of documents in a tree of suites, in the order of their names."""
    yield from filter(is_document, sorted(root.glob("*")))


def root_of(folder: Path) -> Path:
    """Return the tree that a folder of suites belongs to: the one above that of a document."""
    return Path(os.path.normpath(folder / os.pardir)) if is_document(folder) else folder


def tree_of(path: Path, otherwise: Path) -> Path:
    """Return the tree whose documents a suite file quotes.

    It is the one in which the file lies; `otherwise` where there are no documents.
    """
    root = root_of(path.parent)
    described = os.path.lexists(root / BIBLIOGRAPHY) or any(folders(root))
    return root if described else root_of(otherwise)
