"""Where a Markdown text shows code: marks and markup in it have no effect."""

from __future__ import annotations

import bisect
import re
import sys
from collections.abc import Iterator, Sequence

Span = tuple[int, int]
_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"(?:(?:\r\n?|\n)[ \t]*){2,}")
_INLINE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)


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
