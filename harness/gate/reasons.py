"""Why a side's process ended, in words that carry the cause."""

from __future__ import annotations

LAST = 3
"""Lines of a process's output that are quoted."""


def last_words(text: str) -> str:
    """Return the end of what a process wrote; of a crash its first line, which names it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("Fatal Python error")]
    return fatal[-1] if fatal else " / ".join(lines[-LAST:])
