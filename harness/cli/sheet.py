"""A table that breaks no word: in columns if there is room, else as one block for each row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Literal

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from harness.words import plain

Entry = str | Text
PLAIN_HEAD = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""A rule of hyphens below the headings, where plain text is asked for."""


@dataclass(frozen=True)
class Sheet:
    """Rows under headings, laid out for the width there is; a word that is too long stands out.

    A column in which nothing stands is left out.

    Attributes
    ----------
    headings : sequence of str
        One per column; of as many lines as its entries where each line is a value of its own.
    rows : sequence of sequence of str or Text
        One entry per heading; shown as text, nothing in it acts as markup.
    title, caption : str or Text
        Above and below the table.
    whole : collection of int
        Columns no line of which is broken, not even between words.
    right : collection of int
        Columns of numbers, which stand to the right; no line of theirs is broken either.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    title: Entry = ""
    caption: Entry = ""
    whole: Collection[int] = ()
    right: Collection[int] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out in columns, or in blocks where a word would have to be broken."""
        kept = [at for at, column in enumerate(zip(*self.rows, strict=True)) if any(column)]
        if self.rows and len(kept) < len(self.headings):
            yield from self._only(kept).__rich_console__(console, options)
            return
        columns = list(zip(self.headings, *self.rows, strict=True))
        wide = [max(map(_longest_line, column)) for column in columns]
        narrow = [self._narrowest(at, column) for at, column in enumerate(columns)]
        room = options.max_width - 3 * len(columns) + 1  # two blanks a column, one between two
        yield from lines(_styled(self.title, "table.title"), options.max_width)
        if sum(narrow) <= room:
            yield self._columns(_widths(narrow, wide, room), plain_text=console.no_color)
        else:
            yield from self._blocks(options.max_width)
        yield from lines(_styled(self.caption, "table.caption"), options.max_width)

    def _only(self, kept: Sequence[int]) -> Sheet:
        """Return the sheet with some of its columns."""
        headings, *rows = ([row[at] for at in kept] for row in (self.headings, *self.rows))
        whole, right = (
            [kept.index(at) for at in of if at in kept] for of in (self.whole, self.right)
        )
        return Sheet(list(map(str, headings)), rows, self.title, self.caption, whole, right)

    def _narrowest(self, at: int, column: Sequence[Entry]) -> int:
        heading, *entries = column
        if at not in (*self.whole, *self.right):
            return max(map(_longest_word, column))
        # a heading of one line may be broken between words, one that says what lines are may not
        kept = column if "\n" in heading else entries
        return max(_longest_word(heading), *map(_longest_line, kept), 0)

    def _columns(self, widths: Sequence[int], *, plain_text: bool) -> RenderableType:
        table = Table(box=PLAIN_HEAD if plain_text else SIMPLE_HEAD, show_edge=False)
        for at, (heading, width) in enumerate(zip(self.headings, widths, strict=True)):
            side: Literal["left", "right"] = "right" if at in self.right else "left"
            table.add_column(heading, width=width, justify=side)
        for row in self.rows:
            table.add_row(*map(_text, row))
        return table

    def _blocks(self, width: int) -> Iterator[Text]:
        for row in self.rows:
            yield Text("")
            for heading, entry in zip(self.headings, row, strict=True):
                for line in _with_headings(heading, _text(entry)):
                    yield from wrapped(line, width)


def lines(text: Text, width: int) -> Iterator[Text]:
    """Break every line of a text at blanks only; none where there is no text."""
    for line in text.split("\n", allow_blank=True) if text else ():
        yield from wrapped(line, width) if line else [Text("")]


def wrapped(text: Text, width: int) -> Iterator[Text]:
    """Break at blanks only: a word that is too long stands out."""
    if text.cell_len <= width and "\n" not in text.plain:
        yield Text.assemble(text, no_wrap=True, overflow="ignore")
        return
    at_blanks = TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    for line in at_blanks.wrap(text.plain):
        yield Text(line, text.style, no_wrap=True, overflow="ignore")


def _with_headings(heading: str, entry: Text) -> Iterator[Text]:
    """Return an entry of a block line by line, each with its own heading where it has one."""
    labels, lines = heading.split("\n"), entry.split("\n", allow_blank=True)
    if len(labels) != len(lines):
        labels = [", ".join(labels), *[""] * (len(lines) - 1)]
    for label, line in zip(labels, lines, strict=True):
        if line:
            yield Text.assemble(f"{label}: " if label else "", line)


def _styled(entry: Entry, style: str) -> Text:
    return entry if isinstance(entry, Text) else Text(plain(entry), style)


def _text(entry: Entry) -> Text:
    return entry if isinstance(entry, Text) else Text(plain(entry))


def _longest_word(entry: Entry) -> int:
    return max((cell_len(word) for word in _text(entry).plain.split()), default=0)


def _longest_line(entry: Entry) -> int:
    return max((cell_len(line) for line in _text(entry).plain.splitlines()), default=0)


def _widths(narrow: Sequence[int], wide: Sequence[int], room: int) -> list[int]:
    """Share the room: every column its longest word, the rest by what each would like more."""
    wishes = [most - least for least, most in zip(narrow, wide, strict=True)]
    spare = min(room - sum(narrow), sum(wishes))
    total = max(sum(wishes), 1)
    return [least + wish * spare // total for least, wish in zip(narrow, wishes, strict=True)]
