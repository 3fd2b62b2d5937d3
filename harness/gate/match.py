"""Which cases an entry of ``[[tool.harness.gate.case]]`` is about."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Sequence

from harness.words import did_you_mean


def matches(pattern: str, case: str, known: Collection[str] = ()) -> bool:
    """Return whether a pattern is about a case: ``*`` and ``?`` stand for others, ``[`` for itself.

    The ids of parametrised tests have brackets, and may have ``*`` and ``?``: what is the whole id
    of a known case is about that one alone.
    """
    if case == pattern or pattern in known:
        return case == pattern
    return fnmatch.fnmatchcase(case, pattern.replace("[", "[[]"))


def unused(patterns: Sequence[str], cases: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence on every pattern that decides nothing: no case, or none left to it."""
    names = dict.fromkeys(cases)
    first = {name: _first(patterns, name, names) for name in names}
    return tuple(
        f"[[tool.harness.gate.case]] match = {pattern!r} {_why(pattern, names)}"
        for number, pattern in enumerate(patterns)
        if number not in first.values()
    )


def _first(patterns: Sequence[str], name: str, known: Collection[str]) -> int | None:
    return next((n for n, pattern in enumerate(patterns) if matches(pattern, name, known)), None)


def _why(pattern: str, names: Collection[str]) -> str:
    if any(matches(pattern, name, names) for name in names):
        return "decides nothing: every case it matches is matched by an entry before it"
    # The terminal shows a case without its file: the whole id is what was meant.
    whole = [name for name in names if name.endswith(f"::{pattern}")]
    hint = f" Did you mean {whole[0]!r}?" if whole else did_you_mean(pattern, names)
    return "matches no case." + ("" if hint.startswith(" Known") else hint)
