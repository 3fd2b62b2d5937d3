"""Where text goes: results to stdout, progress and notes to stderr.

Text is shown as it is: nothing in it acts as markup, emoji code or control code of the terminal.
What is to have a style is made by `styled`.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from harness.cli import streams
from harness.cli.sheet import lines
from harness.files import guarded, replace_file
from harness.words import plain

WIDE = 160


def styled(text: str, style: str = "") -> Text:
    """Return text with a style, control codes spelled out before it is laid out."""
    return Text(plain(text), style)


class Literal(Console):
    """A console on which text cannot act; strings and `Text` objects alike.

    Parameters
    ----------
    stream : Stream
        Where it goes.
    no_color : bool
        Plain text: neither colours nor any other style.
    quiet : bool
        Print nothing.
    width : int or None
        Columns, that of the terminal if none.
    """

    def __init__(
        self, stream: streams.Stream, *, no_color: bool, quiet: bool, width: int | None = None
    ) -> None:
        super().__init__(
            file=cast("IO[str]", stream),
            color_system=None if no_color else "auto",
            no_color=no_color,
            quiet=quiet,
            width=width,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; text breaks at blanks only, and a word that is too long stands out."""
        options = {"crop": False, **options}
        text = objects[0] if len(objects) == 1 and not options.get("soft_wrap") else None
        if not (isinstance(text, str | Text) and text):
            super().print(*objects, **options)
            return
        whole = text if isinstance(text, Text) else styled(text)
        for line in lines(whole, self.width):
            super().print(line, **{**options, "no_wrap": True, "overflow": "ignore"})

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text, control codes spelled out before it is laid out."""
        return super().render_str(plain(text), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render anything; control codes in text are spelled out, those of the console are not."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else plain(text), style, control)


class Output:
    """One command's output.

    Parameters
    ----------
    quiet : bool
        Print nothing but errors and JSON.
    no_color : bool
        Plain text; so does a variable ``NO_COLOR`` that is not empty.
    json_path : str
        Where JSON goes: a path, ``-`` for stdout (tables are then not printed), ``""`` nowhere.

    Raises
    ------
    FileError
        If `json_path` cannot be a file: better now than when everything is done.
    """

    def __init__(self, *, quiet: bool = False, no_color: bool = False, json_path: str = "") -> None:
        no_color = no_color or bool(os.environ.get("NO_COLOR"))
        self._stream = streams.output()
        self.err = Literal(streams.errors(), no_color=no_color, quiet=quiet)
        # Logs and pipes have no width of their own; a verdict table needs some.
        width = None if self._stream.isatty() else WIDE
        hush = quiet or json_path == "-"
        self.out = Literal(self._stream, no_color=no_color, quiet=hush, width=width)
        self._json_path = json_path
        if json_path not in ("", "-"):
            _check_place(Path(json_path))

    def json(self, value: Any) -> None:
        """Write `value` as JSON where ``--json`` asked for it."""
        if self._json_path:
            self.text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def text(self, text: str) -> None:
        """Write JSON that is text already where ``--json`` asked for it: UTF-8.

        A stream of another encoding gets the same JSON with everything beyond ASCII escaped.
        """
        if not self._json_path:
            return
        text = _whole(text)
        if self._json_path == "-":
            self._stream.write(text if _is_utf8(self._stream.encoding) else _ascii(text))
            self._stream.flush()
        else:
            replace_file(Path(self._json_path), text.encode("utf-8"), "write the JSON")


def _is_utf8(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("-", "").replace("_", "") == "utf8"


def _whole(text: str) -> str:
    """Spell out lone surrogates inside the strings of a JSON text."""
    return re.sub("[\ud800-\udfff]", lambda found: rf"\\u{ord(found[0]):04x}", text)


def _ascii(text: str) -> str:
    """Escape what is not ASCII, which in a JSON text stands in strings only."""
    return re.sub("[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)


def _check_place(path: Path) -> None:
    with guarded("write the JSON", path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not path.parent.is_dir():
            code = errno.ENOTDIR if path.parent.exists() else errno.ENOENT
            raise OSError(code, os.strerror(code))
