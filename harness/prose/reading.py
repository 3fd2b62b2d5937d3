"""Markdown and LaTeX as a reader sees it: words without markup, and the line of each.

A document and a quote from it are read by the same rules, so that nobody needs to copy a mark:
emphasis, code, links, tables, HTML tags, comments and entities, and the spacing of formulas are
read over, and so are line breaks. Numbers, letters and their case are not. Of a quote that is not
there the sentence most like it is found (`nearest`).
"""

from __future__ import annotations

import bisect
import difflib
import html
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

_MARK = re.compile(
    r"""
      (?P<comment><!--.*?-->)
    | (?P<blank>\n[ \t]*(?=\n))
    | (?P<rule>^[ \t]*(?:[-=*_:|][ \t]*){3,}$)
    | (?P<start>^[ \t]*(?:(?:[>|]|(?:[-*+]|\#{1,6})(?=[ \t]))[ \t]*)+)
    | (?P<break><br[ \t]*/?>)
    | (?P<tag></?[A-Za-z][^<>\n]*>)
    | (?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)
    | (?P<footnote>\[\^[^\]\s]+\])
    | (?P<link>\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ \t]+"[^"\n]*")?\)|\]\[[^\]\n]*\])
    | (?P<symbol>\\(?:times|pm|approx|cdot)(?![A-Za-z]))
    | (?P<space>\\(?:[,;:!\s]|q?quad(?![A-Za-z]))|~(?!~)(?<!~~)|\|)
    | (?P<style>\\(?:text|textbf|textit|texttt|textrm|emph|mathrm|mathbf)(?=\{))
    | (?P<escaped>\\[!-/:-@\[-`{-~])
    | (?P<literal>(?<=\d)\*+(?=\d)|(?<!\S)[*_]+(?!\S)|(?<=[^\W_])_+(?=[^\W_]))
    | (?P<dropped>\*+|_+|`+|\$+|~~+|!?\[|[\]{}\u200b\u00ad\ufeff])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_SYMBOLS = {"times": "\u00d7", "pm": "\u00b1", "approx": "\u2248", "cdot": "\u00b7"}
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
    }
)
"""What typographers write in place of what is on a keyboard."""
_TEXTS: Mapping[str, Callable[[str], str]] = {
    "break": lambda _: " ",
    "blank": lambda _: " ",
    "rule": lambda _: " ",
    "start": lambda _: " ",
    "space": lambda _: " ",
    "entity": html.unescape,
    "symbol": lambda found: _SYMBOLS[found[1:]],
    "escaped": lambda found: found[1:],
    "literal": lambda found: found,
}
"""What a reader has of each kind of mark; of the others nothing."""
_BLOCKS = ("blank", "rule", "start")
"""Kinds of mark at which a sentence ends."""
_EDGE = "\0"
_END = re.compile(r"[.!?][\"')]*(?= )")
_WORD = re.compile(r"\w+")
COMPARED = 8
"""Sentences compared letter by letter: those that share the most words."""
ALIKE = 0.4
"""Likeness, between 0 and 1, below which a sentence is none of the same thing."""
RUN = 3
"""Letters in a row that count as something in common."""


@dataclass(frozen=True)
class Prose:
    """The words of a document.

    Attributes
    ----------
    text : str
        Without marks, one blank between words.
    offsets : tuple of int
        Where in the source each of its characters stands.
    newlines : tuple of int
        Where in the source the lines end.
    blocks : tuple of int
        Where in `text` paragraphs, items, rows and headings begin.
    """

    text: str
    offsets: tuple[int, ...] = field(repr=False)
    newlines: tuple[int, ...] = field(repr=False)
    blocks: tuple[int, ...] = field(repr=False)

    def line(self, at: int) -> int:
        """Return the 1-based line on which a character of `text` stands."""
        offset = self.offsets[min(at, len(self.offsets) - 1)] if self.offsets else 0
        return bisect.bisect_left(self.newlines, offset) + 1

    def find(self, words: str, begin: int = 0) -> int | None:
        """Return where words stand from `begin` on; no number is found inside a longer one."""
        at = self.text.find(words, begin)
        while at >= 0:
            if not _cuts_number(self.text, at, at + len(words)):
                return at
            at = self.text.find(words, at + 1)
        return None


def read(source: str) -> Prose:
    """Return the words of a Markdown or LaTeX text, each with its line."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader()
    at = 0
    for mark in _MARK.finditer(source):
        reader.take(source[at : mark.start()], at)
        kind = str(mark.lastgroup)
        if kind in _BLOCKS:
            reader.blocks.append(len(reader.letters))
        text = _TEXTS[kind](mark[0]) if kind in _TEXTS else ""
        reader.take(text, mark.start(), fixed=True)
        at = mark.end()
    reader.take(source[at:], at)
    newlines = tuple(found.start() for found in re.finditer("\n", source))
    return Prose("".join(reader.letters), tuple(reader.offsets), newlines, tuple(reader.blocks))


def words(text: str) -> tuple[str, ...]:
    """Return a piece of a document as `read` has it, once for each way in which it can begin.

    What begins with a dash, say, may be an item of a list, or stand in the middle of a line.
    """
    inside = read(_EDGE + text).text.removeprefix(_EDGE)
    return tuple(dict.fromkeys(one.strip() for one in (read(text).text, inside)))


class _Reader:
    """Gathers what is read, with blanks as one, and none before a per cent sign."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.offsets: list[int] = []
        self.blocks: list[int] = []

    def take(self, text: str, offset: int, *, fixed: bool = False) -> None:
        """Take text whose characters stand one after the other in the source, or all at once."""
        for index, letter in enumerate(text):
            for one in letter.translate(_ALIKE):
                self._add(one, offset if fixed else offset + index)

    def _add(self, letter: str, offset: int) -> None:
        if letter.isspace():
            if not self.letters or self.letters[-1] == " ":
                return
            letter = " "
        elif (
            letter == "%" and self.letters[-1:] == [" "] and "".join(self.letters[-2:-1]).isdigit()
        ):
            self.letters.pop()
            self.offsets.pop()
        self.letters.append(letter)
        self.offsets.append(offset)


def _cuts_number(text: str, begin: int, end: int) -> bool:
    """Whether a piece of a text begins or ends inside a number: 97 in 97.92, 1997 or 97,000."""
    before, after = text[max(0, begin - 2) : begin], text[end : end + 2]
    at_start = text[begin : begin + 1].isdigit() and re.search(r"\d[.,]?$", before)
    at_end = text[end - 1 : end].isdigit() and re.match(r"[.,]?\d", after)
    return bool(at_start or at_end)


@dataclass(frozen=True)
class Sentence:
    """A sentence, a heading or a row of a table, and the line on which it begins."""

    text: str
    line: int


def nearest(prose: Prose, words: str) -> Sentence | None:
    """Return the sentence of a document that is most like `words`; None when none is alike."""
    asked = Counter(_WORD.findall(words.lower()))
    shared = [
        (sum((asked & Counter(_WORD.findall(one.text.lower()))).values()), -index, one)
        for index, one in enumerate(sentences(prose))
    ]
    near = [one for count, _, one in sorted(shared, reverse=True)[:COMPARED] if count]
    rated = [(likeness(one.text, words), one) for one in near]
    best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= ALIKE else None


def likeness(sentence: str, words: str) -> float:
    """Return how much of `words` a sentence has, between 0 and 1."""
    blocks = difflib.SequenceMatcher(None, sentence, words, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= RUN) / max(len(words), 1)


def sentences(prose: Prose) -> Iterator[Sentence]:
    """Yield the sentences of a document in order."""
    ends = {found.end() for found in _END.finditer(prose.text)}
    edges = sorted({0, *ends, *prose.blocks, len(prose.text)})
    for begin, end in itertools.pairwise(edges):
        text = prose.text[begin:end]
        if text.strip():
            yield Sentence(text.strip(), prose.line(begin + len(text) - len(text.lstrip())))
