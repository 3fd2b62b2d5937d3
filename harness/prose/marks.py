"""Marks in a document around the numbers of claims, and where a Markdown text shows code.

``<!-- claim: forest/accuracy -->97 %<!-- /claim -->`` in Markdown and HTML: readers see the number
alone. In code the marks are text like any other.
"""

from __future__ import annotations

import bisect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CLOSE = "<!-- /claim -->"
_OPENING = re.compile(r"<!--\s*(?P<word>/claim\b|claim\s*:)")
_ENDING = "-->"
_LINE_END = re.compile(r"\r\n|\r|\n")
Span = tuple[int, int]
_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"(?:(?:\r\n?|\n)[ \t]*){2,}")
_INLINE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """A pair of marks and what stands between them.

    Attributes
    ----------
    claim : str
        What it names: ``"forest/accuracy"``.
    line : int
        1-based line of the text between.
    begin, end : int
        Where that text begins and ends.
    text : str
        It.
    """

    claim: str
    line: int
    begin: int
    end: int
    text: str


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a mark, and on which line it stands."""

    line: int
    message: str


@dataclass(frozen=True)
class _Token:
    """One comment: the name of a claim, or None where it closes; and its ends."""

    claim: str | None
    begin: int
    end: int


def marks(source: str) -> tuple[tuple[Mark, ...], tuple[Flaw, ...]]:
    """Return the marks of a document in order, and those that are not right."""
    found, flaws = list[Mark](), list[Flaw]()
    opened: _Token | None = None
    for token in _tokens(source):
        line = line_of(source, token.begin)
        if isinstance(token, _Unended):
            flaws.append(Flaw(line, f"a mark must end with {_ENDING}"))
        elif token.claim is None and opened is None:
            flaws.append(Flaw(line, f"{CLOSE} must follow <!-- claim: SUITE/CLAIM -->, got none"))
        elif token.claim is None and opened is not None:
            found.append(_mark(source, opened, token.begin))
            opened = None
        else:
            if opened is not None:
                flaws.append(_unclosed(source, opened, f" before the next mark, on line {line}"))
            opened = token
    if opened is not None:
        flaws.append(_unclosed(source, opened, ""))
    flaws += [Flaw(m.line, "a mark must name a claim, got none") for m in found if not m.claim]
    return tuple(found), tuple(sorted(flaws, key=lambda flaw: flaw.line))


def replaced(source: str, texts: dict[Mark, str]) -> str:
    """Return a document with other text between marks; nothing else of it changes."""
    for mark in sorted(texts, key=lambda mark: -mark.begin):
        source = source[: mark.begin] + texts[mark] + source[mark.end :]
    return source


def line_of(source: str, at: int) -> int:
    """Return the 1-based line of a place in a text, whatever its lines end with."""
    return 1 + len(_LINE_END.findall(source[:at]))


class _Unended(_Token):
    """A comment that does not end."""


def _tokens(source: str) -> list[_Token]:
    spans = code(source)
    return [
        _token(source, found)
        for found in _OPENING.finditer(source)
        if not inside(spans, found.start())
    ]


def _token(source: str, found: re.Match[str]) -> _Token:
    end = source.find(_ENDING, found.end())
    following = source.find("<!--", found.end())
    if end < 0 or 0 <= following < end:
        return _Unended(None, found.start(), found.end())
    closes = found["word"].startswith("/")
    claim = None if closes else source[found.end() : end].strip()
    return _Token(claim, found.start(), end + len(_ENDING))


def _mark(source: str, opened: _Token, end: int) -> Mark:
    text = source[opened.end : end]
    return Mark(opened.claim or "", line_of(source, opened.end), opened.end, end, text)


def _unclosed(source: str, opened: _Token, before: str) -> Flaw:
    line = line_of(source, opened.begin)
    return Flaw(line, f"the mark of {opened.claim} must be closed by {CLOSE}{before}")


def code(source: str) -> tuple[Span, ...]:
    """Return where code stands, between fences and in lines, in order."""
    fenced = list(_fenced(source))
    edges = [0, *(edge for span in fenced for edge in span), len(source)]
    between = list(zip(edges[::2], edges[1::2], strict=True))
    inline = [span for begin, end in between for span in _inline(source, begin, end)]
    return tuple(sorted([*fenced, *inline]))


def inside(spans: Sequence[Span], at: int) -> bool:
    """Whether a place of the text is in one of the spans, which are in order."""
    index = bisect.bisect_right(spans, (at, sys.maxsize)) - 1
    return index >= 0 and at < spans[index][1]


def _fenced(source: str) -> Iterator[Span]:
    """Yield the blocks between fences; the last may never end."""
    opened, begin = "", 0
    for found in _FENCE.finditer(source):
        fence, info = found["fence"], found["info"]
        if not opened:
            if fence[0] == "~" or "`" not in info:  # else it is code within a line
                opened, begin = fence, found.start()
        elif fence[0] == opened[0] and len(fence) >= len(opened) and not info.strip():
            yield begin, found.end()
            opened = ""
    if opened:
        yield begin, len(source)


def _inline(source: str, begin: int, end: int) -> Iterator[Span]:
    at = begin
    edges = [found.span() for found in _PARAGRAPH.finditer(source, begin, end)]
    for stop, after in [*edges, (end, end)]:
        yield from (found.span() for found in _INLINE.finditer(source, at, stop))
        at = after
