"""Where text goes: results to stdout, progress and notes to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

WIDE = 160


class Output:
    """One command's output.

    Parameters
    ----------
    quiet : bool
        Print nothing but errors and JSON.
    no_color : bool
        Plain text.
    json_path : str
        Where JSON goes: a path, ``-`` for stdout (tables are then not printed), ``""`` nowhere.
    """

    def __init__(self, *, quiet: bool = False, no_color: bool = False, json_path: str = "") -> None:
        self.err = Console(stderr=True, no_color=no_color, quiet=quiet)
        # Logs and pipes have no width of their own; a verdict table needs some.
        width = None if sys.stdout.isatty() else WIDE
        hush = quiet or json_path == "-"
        self.out = Console(no_color=no_color, quiet=hush, width=width)
        self._json_path = json_path

    def json(self, value: Any) -> None:
        """Write `value` as JSON where ``--json`` asked for it."""
        if self._json_path:
            self.text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def text(self, text: str) -> None:
        """Write JSON that is text already where ``--json`` asked for it."""
        if not self._json_path:
            return
        if self._json_path == "-":
            sys.stdout.write(text)
        else:
            Path(self._json_path).write_text(text, encoding="utf-8")
