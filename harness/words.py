"""Wording shared by every message: nearest names, lists, amounts of memory as people write them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable

MOST_NAMED = 40
"""Names that a message lists; more are a wall of text."""
_SPELLED = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
# C0 and C1 controls but newline and tab, and what turns the direction of text around; a lone
# surrogate is a byte of a file name that is no text, and no encoding takes it.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 forbids or discourages, and no other rendering has a use for."""
_WRITTEN = re.compile(
    r"\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:([kmgt])(?:i?b)?|b)?\s*", re.IGNORECASE
)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_BYTES = ("bytes", "KiB", "MiB", "GiB", "TiB")


def did_you_mean(found: str, valid: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"``, or the valid names when none is near.

    Parameters
    ----------
    found : str
        The name that is not known.
    valid : iterable of str
        The names that are.
    """
    names = sorted(set(valid))
    near = [name for name in names if 2 * len(name) > len(found)]  # ``id`` is not near ``kind``
    nearest = difflib.get_close_matches(found, near, n=1, cutoff=0.6)
    if nearest:
        return f" Did you mean {nearest[0]!r}?"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f" Known: {', '.join(names[:MOST_NAMED])}{more}." if names else ""


def unknown(what: str, found: str, valid: Iterable[str]) -> str:
    """Return the standard sentence for an unknown name of some kind."""
    return f"unknown {what} {shortened(found)!r}.{did_you_mean(found, valid)}"


def shortened(text: str, most: int = 60) -> str:
    """Return `text`, cut to so many characters: what a message quotes may be of any length."""
    return text if len(text) <= most else text[: most - 3] + "..."


def abridged(text: str, most: int) -> str:
    """Return `text`, without its middle when it is longer than that: both ends tell something."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} ... {text[-half:]}"


def plural(count: int, noun: str) -> str:
    """Return ``"1 cell"`` or ``"3 cells"``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spelled(count: int) -> str:
    """Return a count within a sentence: ``"seven"``, ``"13"``, ``"1,300"``."""
    return _SPELLED[count] if count < len(_SPELLED) else f"{count:,}"


def plain(text: str) -> str:
    r"""Return `text` with control codes and lone surrogates spelled out, as in ``"\x1b[2J"``.

    What a suite, an exception or a file name says is shown as text: it moves no cursor, sets no
    title, and can be encoded.
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def encodable(text: str) -> str:
    """Return `text` with lone surrogates spelled out, so that UTF-8 takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def clean(text: str) -> str:
    """Return text without control characters and lone surrogates."""
    return _FORBIDDEN.sub("", text)


def one_line(text: str, most: int = 300) -> str:
    """Return text as one clean line of at most so many characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def bytes_of(text: str) -> int:
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


def memory(amount: int) -> str:
    """Return ``"4 GiB"``, ``"1.5 MiB"``."""
    power = min(max(amount.bit_length() - 1, 0) // 10, len(_BYTES) - 1)
    return f"{amount / 1024**power:.4g} {_BYTES[power]}" if amount != 1 else "1 byte"
