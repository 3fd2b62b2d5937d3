"""The digest of a source file, which comments, blank lines and line endings do not change."""

from __future__ import annotations

import hashlib
import io
import tokenize
from functools import lru_cache
from pathlib import Path

LENGTH = 12
"""Hex digits of a digest."""
_BEGINS = frozenset({"FSTRING_START", "TSTRING_START"})
_ENDS = frozenset({"FSTRING_END", "TSTRING_END"})


def of_file(path: Path) -> str:
    """Return the digest of a file: of Python's source what it says, of any other its bytes.

    Line endings are no part of what has any: a checkout may change them.
    """
    found = path.stat()
    return _digest(path, found.st_mtime_ns, found.st_ctime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    data = path.read_bytes()
    if path.suffix == ".py":
        data = _said(data)
    elif b"\0" not in data:
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()[:LENGTH]


def _said(data: bytes) -> bytes:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):  # Python will not read it either
        return data
    return without_comments(text.replace("\r\n", "\n").replace("\r", "\n")).encode(
        "utf-8", "replace"
    )


def without_comments(text: str) -> str:
    """Return Python's source without comments, blank lines and spaces at the end of lines.

    What stands in a string is left alone. The text is cut at the places of tokens and not made of
    tokens, which differ between versions of Python. A text that is not Python is left as it is.
    """
    lines = text.split("\n")
    inside: set[int] = set()  # lines whose end stands in a string, counted from 1
    comments: list[tuple[int, int]] = []
    begun: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name in _BEGINS:
                begun.append(token.start[0])
            elif name in _ENDS:
                inside.update(range(begun.pop(), token.end[0]))
            elif token.type == tokenize.STRING:
                inside.update(range(token.start[0], token.end[0]))
            elif token.type == tokenize.COMMENT and not begun:
                comments.append(token.start)
    except (tokenize.TokenError, SyntaxError, IndexError):
        return text
    for row, column in comments:
        lines[row - 1] = lines[row - 1][:column]
    kept = (
        line if row in inside else line.rstrip()
        for row, line in enumerate(lines, start=1)
        if row in inside or line.strip()
    )
    return "\n".join(kept)
