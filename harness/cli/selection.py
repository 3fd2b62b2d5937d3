"""Which claims a table shows: those that options select, or those that need attention."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.errors import UsageError
from harness.suite.documents import Document
from harness.types import VERDICTS, Verdict
from harness.words import did_you_mean
from harness.workspace.suites import Workspace

FEW = 30
"""So many claims are shown without being asked for."""


@dataclass(frozen=True)
class Filter:
    """What was asked for on the command line.

    Attributes
    ----------
    everything : bool
        All claims.
    verdicts, documents, claims : tuple of str
        Verdicts; keys, numbers or parts of titles of documents; ids of claims, as the shell
        writes many.
    """

    everything: bool = False
    verdicts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything in particular was asked for."""
        return bool(self.everything or self.verdicts or self.documents or self.claims)


def chosen(
    verdicts: Sequence[Verdict], filters: Filter, workspace: Workspace
) -> tuple[Verdict, ...]:
    """Return the verdicts to show, in the order given.

    Raises
    ------
    UsageError
        If there is no such verdict or document, or no claim of that name.
    """
    for name in filters.verdicts:
        if name not in VERDICTS:
            raise UsageError(
                f"--verdict must be a verdict, got {name!r}.{did_you_mean(name, VERDICTS)}"
            )
    of_document = _of_documents(filters.documents, workspace)
    found = tuple(
        verdict
        for verdict in verdicts
        if (not filters.verdicts or verdict.verdict in filters.verdicts)
        and of_document(verdict)
        and (not filters.claims or any(_is_called(verdict, name) for name in filters.claims))
    )
    if filters.claims and not any(_is_called(v, n) for v in verdicts for n in filters.claims):
        raise UsageError(
            f"--claim must name a claim of these suites, got {', '.join(filters.claims)}; "
            "`harness claims --all` lists them"
        )
    if filters.anything or len(verdicts) <= FEW:
        return found
    return tuple(verdict for verdict in found if needs_attention(verdict))


def needs_attention(verdict: Verdict) -> bool:
    """Whether a claim needs attention: it fails, or is in doubt and its suite does not say so."""
    return verdict.fails or (verdict.verdict == "inconclusive" and not verdict.expected)


def _is_called(verdict: Verdict, name: str) -> bool:
    return fnmatchcase(f"{verdict.suite}/{verdict.claim}", name) or fnmatchcase(verdict.claim, name)


def _of_documents(names: Sequence[str], workspace: Workspace) -> Callable[[Verdict], bool]:
    """Return whether a claim quotes one of the documents named; any if none is."""
    if not names:
        return lambda _: True
    documents = {k: one for library in workspace.libraries for k, one in library.documents.items()}
    for suite in workspace.suites:
        if suite.source is not None:  # files that a suite names are in no list of documents
            called = suite.source.key
            documents.setdefault(called, Document(called, called, called))
    keys = {key for name in names for key in _keys(name, documents)}
    own = {
        (suite.id, claim.id)
        for suite in workspace.suites
        for claim in suite.claims
        if claim.source is not None and claim.source.key in keys
    }
    return lambda verdict: (verdict.suite, verdict.claim) in own


def _keys(name: str, documents: Mapping[str, Document]) -> list[str]:
    """Return the documents that go by a key, a number or a part of a title."""
    if not documents:
        raise UsageError(
            f"--document must name a document of the suites, which have none, got {name!r}; "
            "leave it out"
        )
    found = [
        key
        for key, one in documents.items()
        if name in (key, one.number) or name.casefold() in one.title.casefold()
    ]
    if not found:
        raise UsageError(
            f"--document must be the key, number or a part of the title of a document, got "
            f"{name!r}.{did_you_mean(name, documents)}"
        )
    return found
