"""Where sentences stand, by the titles of documents and sections instead of their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Verdict

NOWHERE = "Other sentences"


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
