"""Sentences of documents for a page: what they mean, and where they stand.

Their Markdown and mathematics are shown as what they mean; their places have the titles of
documents and sections instead of their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup, escape

from harness.report import maths
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Verdict

_PARTS = re.compile(
    r"(?P<block>\$\$(?P<display>.+?)\$\$)"
    r"|(?P<code>(?P<tick>`+)(?P<source>.+?)(?P=tick))"
    r"|(?P<inline>\$(?P<formula>[^$\s](?:[^$]*[^$\s])?)\$)",
    re.DOTALL,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_STRESSED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])")
_ITEM = re.compile(r"(?:^|\n)\s*(?:[*+-]|#+|>)\s+")
_BARE = re.compile(r"^\\[a-zA-Z]+\{")
"""A formula that has lost the signs around it."""
_HELD = re.compile("\x00(\\d+)\x00")
NOWHERE = "Other sentences"


@lru_cache(maxsize=4096)  # a sentence stands in the ledger, on its card and with its suite
def html(text: str) -> Markup:
    """Return a sentence as HTML: emphasis, code, formulas, and nothing else."""
    return _rendered(text, _formula, lambda code: Markup("<code>{}</code>").format(code), _marks)


def words(text: str) -> str:
    """Return a sentence as plain words, for searches and for one line of text."""
    return " ".join(str(_rendered(text, _line, str, _without_marks)).split())


def aloud(text: str) -> str:
    """Return what a sentence that is nothing but a formula is called; ``""`` of any other."""
    shown = html(text)
    alone = shown.startswith("<math") and shown.endswith("</math>") and shown.count("<math") == 1
    return words(text) if alone else ""


def _rendered(
    text: str,
    formula: Callable[[str, bool], str],
    code: Callable[[str], str],
    around: Callable[[str], str],
) -> Markup:
    """Return text with its formulas and code rendered, and what stands around them by itself.

    Marks may stand on both sides of a formula: it is held back until they are read.
    """
    if "$" not in text and _BARE.search(text):
        text = f"$${text}$$"
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        if found["code"]:
            held.append(code(found["source"].strip()))
        else:
            held.append(formula(found["display"] or found["formula"], bool(found["block"])))
        return f"\x00{len(held) - 1}\x00"

    shown = around(_PARTS.sub(hold, text.replace("\x00", "")))
    return Markup(_HELD.sub(lambda found: held[int(found[1])], shown))  # noqa: S704 each is escaped


def _formula(source: str, block: bool) -> str:
    try:
        return maths.mathml(source, block=block)
    except maths.Unknown:
        return str(Markup("<code>{}</code>").format(source))


def _line(source: str, block: bool) -> str:  # noqa: ARG001 one signature with `_formula`
    try:
        return maths.line(source)
    except maths.Unknown:
        return source


def _marks(text: str) -> str:
    text = str(escape(_LINK.sub(r"\1", text).strip()))
    text = _ITEM.sub("\n", text).strip("\n").replace("\n", " ")
    text = _STRONG.sub(r"<strong>\1</strong>", text)
    return _STRESSED.sub(r"<em>\1</em>", text)


def _without_marks(text: str) -> str:
    text = _ITEM.sub("\n", _LINK.sub(r"\1", text))
    return _STRESSED.sub(r"\1", _STRONG.sub(r"\1", text))


@dataclass(frozen=True)
class Place:
    """Where a sentence stands.

    Attributes
    ----------
    document : str
        Title of its document.
    section : str
        ``"section 14, optimizers on MNIST"``; ``""`` for the document as a whole.
    order : tuple
        Sort key.
    """

    document: str
    section: str
    order: tuple[object, ...] = field(compare=False)


class Places:
    """The places of the claims of suites.

    Parameters
    ----------
    suites : sequence of Suite
        Whose claims.
    documents : mapping of str to Document
        By key; of one that is missing, its key is shown.
    """

    def __init__(self, suites: Sequence[Suite], documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._sources = {
            (suite.id, claim.id): (claim.source.key, claim.source.section)
            for suite in suites
            for claim in suite.claims
            if claim.source is not None
        }
        self._suites = {suite.id: suite.source.key for suite in suites if suite.source}

    def of(self, verdict: Verdict) -> Place:
        """Return where the sentence of a claim stands; as its verdict says it, where not known."""
        key, section = self._sources.get((verdict.suite, verdict.claim), ("", ""))
        if not key:
            return Place(verdict.source or NOWHERE, "", ("~", verdict.source))
        topic = self._topic(key, section)
        words = f"section {section}" + (f", {topic}" if topic else "") if section else ""
        return Place(self._title(key), words, (self._number(key), _natural(section)))

    def of_suite(self, suite: Suite) -> str:
        """Return the title of the document that a suite quotes."""
        key = self._suites.get(suite.id, "")
        return self._title(key) if key else NOWHERE

    def _title(self, key: str) -> str:
        found = self._documents.get(key)
        return found.title if found else key

    def _number(self, key: str) -> str:
        found = self._documents.get(key)
        return found.number if found else key

    def _topic(self, key: str, section: str) -> str:
        found = self._documents.get(key)
        listed = (found.sections if found else None) or ()
        return next((entry.topic for entry in listed if entry.number == section), "")


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Return a sort key by which section 10 follows section 9."""
    parts = re.split(r"(\d+)", text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]
