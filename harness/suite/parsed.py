"""Long texts as they were parsed before: their values, and the lines of their keys.

Kept by the digest of the text and of what reads it, so that an edited file is parsed anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from harness.cache import Cache
from harness.suite import locate

CACHE = Cache("texts", 64 * 1024**2)
SHORT = 4000
"""Characters below which a text is parsed as fast as it is looked up."""
Parsed = tuple[dict[str, Any], dict[locate.Path, int]]


def get(text: str) -> Parsed | None:
    """Return the values of a text and the lines of its keys, None where it was never parsed."""
    data = CACHE.get(_key(text))
    if data is None:
        return None
    values, lines = json.loads(data)
    return values, {tuple(path): line for path, line in lines}


def put(text: str, values: dict[str, Any], lines: dict[locate.Path, int]) -> None:
    """Keep what a text says, unless JSON cannot: it has no dates."""
    try:
        data = json.dumps([values, list(lines.items())])
    except TypeError:
        return
    CACHE.put(_key(text), data.encode())


def _key(text: str) -> str:
    return hashlib.sha256(f"{_reader()}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _reader() -> str:
    """Return the digest of what finds the lines, and the version of what reads the values."""
    ours = Path(locate.__file__).read_bytes()
    return f"{sys.version} {hashlib.sha256(ours).hexdigest()}"
