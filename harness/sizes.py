"""Amounts of memory as people write them: ``"4G"``, ``"500 MiB"``."""

from __future__ import annotations

import math
import re

_WRITTEN = re.compile(
    r"\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:([kmgt])(?:i?b)?|b)?\s*", re.IGNORECASE
)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def parse(text: str) -> int:
    """Return the bytes of ``"4G"``, ``"500M"``, ``"1.5 GiB"`` or a plain number; units are of 1024.

    Raises
    ------
    ValueError
        If it is no amount above nothing; the text is for the user.
    """
    found = _WRITTEN.fullmatch(text)
    amount = float(found[1]) * 1024 ** _POWERS[(found[2] or "").lower()] if found else 0.0
    if amount < 1:
        raise ValueError(
            f"must be an amount of memory such as '4G' or '500M', got {text!r} instead"
        )
    return math.floor(amount)


def in_words(amount: int) -> str:
    """Return ``"4 GiB"``, ``"1.5 MiB"``."""
    power = min(max(amount.bit_length() - 1, 0) // 10, len(_UNITS) - 1)
    return f"{amount / 1024**power:.4g} {_UNITS[power]}" if amount != 1 else "1 byte"
