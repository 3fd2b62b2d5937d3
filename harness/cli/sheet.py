"""A table that breaks no word: columns where there is room, one block a row where there is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import TextWrapper

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
    """Rows under headings, laid out for the width at hand; print it with ``crop=False``.

    Attributes
    ----------
    headings : sequence of str
        One per column.
    rows : sequence of sequence of str or Text
        One entry per heading; shown as text, nothing in it acts as markup.
    title : str
        Above the table.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    title: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out in columns, or in blocks where a word would have to be broken."""
        columns = list(zip(self.headings, *self.rows, strict=True))
        narrow = [max(_longest_word(entry) for entry in column) for column in columns]
        wide = [max(_longest_line(entry) for entry in column) for column in columns]
        room = options.max_width - 3 * len(columns) + 1  # two blanks a column, one between two
        if sum(narrow) <= room:
            yield self._columns(_widths(narrow, wide, room), plain_text=console.no_color)
        else:
            yield from self._blocks(options.max_width)

    def _columns(self, widths: Sequence[int], *, plain_text: bool) -> RenderableType:
        table = Table(
            box=PLAIN_HEAD if plain_text else SIMPLE_HEAD,
            show_edge=False,
            title=Text(plain(self.title)) if self.title else None,
            title_justify="left",
        )
        for heading, width in zip(self.headings, widths, strict=True):
            table.add_column(heading, width=width)
        for row in self.rows:
            table.add_row(*map(_text, row))
        return table

    def _blocks(self, width: int) -> Iterator[Text]:
        if self.title:
            yield from wrapped(Text(plain(self.title)), width)
        for row in self.rows:
            yield Text("")
            for heading, entry in zip(self.headings, row, strict=True):
                yield from wrapped(Text.assemble(f"{heading}: ", _text(entry)), width)


def wrapped(text: Text, width: int) -> Iterator[Text]:
    """Break at blanks only: a word that is too long stands out."""
    at_blanks = TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    for line in at_blanks.wrap(text.plain):
        yield Text(line, no_wrap=True, overflow="ignore")


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
