"""The description that Hugging Face stores with a table: optional, and used only if it fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness import words
from harness.datasets.bounds import MOST_CLASSES


def class_names(metadata: Mapping[bytes, bytes] | None, column: str) -> tuple[str, ...]:
    """Return the class names of a column of labels.

    Parameters
    ----------
    metadata : mapping of bytes to bytes or None
        Of the schema; ``info.features.<column>.names`` of its ``huggingface`` is looked for.
    column : str
        The column of labels.

    Returns
    -------
    tuple of str
        Empty when nothing is said of this column, or what is said are no distinct names.
    """
    names = _names(_parsed((metadata or {}).get(b"huggingface")), column)
    if isinstance(names, Mapping):  # {"0": "cat", "1": "dog"}, as dataset cards write them
        names = [names.get(str(index)) for index in range(len(names))]
    if not isinstance(names, list) or not 0 < len(names) <= MOST_CLASSES:
        return ()
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        return ()
    return tuple(words.plain(name) for name in names)


def _parsed(text: bytes | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or brackets in brackets in ...
        return None


def _names(value: Any, column: str) -> Any:
    for key in ("info", "features", column, "names"):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
