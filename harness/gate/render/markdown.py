"""Markdown for the comment of a pull request, or the summary of a CI step."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.gate.render import amounts
from harness.gate.render.amounts import SharedChange
from harness.gate.render.text import (
    QUANTITY_WORDS,
    SIGNS,
    TITLE,
    apart,
    headline,
    level,
    machine,
    remarks,
    revision,
    rule,
    shared,
    why,
)
from harness.gate.values import GATE_VERDICTS, Decision, GateResult
from harness.words import one_line

MARKER = "<!-- harness-gate -->"
"""The first line, by which a bot finds its own comment."""
LIMIT = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""
NOTES_LIMIT = 6_000
CASE_LIMIT = 250

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]")
_OPENING = re.compile(r"^[-+=\d]")
_CALLING = re.compile(r"(?<!&)[@#]")
_NOTHING = "&#8203;"


def render(result: GateResult, exit_code: int | None = None, /) -> str:
    """Return the result as GitHub-flavoured Markdown of at most `LIMIT` characters.

    The ok cases are folded, and left out first where there is no room for all.
    """
    told, rest = apart(result)
    open_, ok = _sorted(rest)
    top = [MARKER, f"### {TITLE}: {headline(result)}", "", *_partial(result), *_shared(told)]
    bottom = [*_notes(result), _footer(result, exit_code), ""]
    room = LIMIT - _size(top) - _size(bottom)
    shown = _table(open_, level(result.decisions), room)
    folded = _folded(ok, level(result.decisions), room - _size(shown))
    return "\n".join([*top, *shown, *folded, *bottom])


def literal(text: str) -> str:
    """Return text that Markdown shows as it is, in a table cell or out of it.

    A mention or the number of an issue is broken by a space of no width, so that nobody is called.
    """
    return _CALLING.sub(lambda found: f"{found[0]}{_NOTHING}", _entities(text))


def code(text: str) -> str:
    """Return text as code; backticks would not do, since a pipe ends a cell even between them."""
    return f"<code>{_entities(text)}</code>"


def _entities(text: str) -> str:
    """Write characters that may have a meaning as entities, which never have one."""
    return _SPECIAL.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _sorted(decisions: Sequence[Decision]) -> tuple[list[Decision], list[Decision]]:
    by_need = sorted(decisions, key=lambda decision: GATE_VERDICTS.index(decision.verdict))
    return (
        [decision for decision in by_need if decision.verdict != "ok"],
        [decision for decision in by_need if decision.verdict == "ok"],
    )


def _partial(result: GateResult) -> list[str]:
    if not result.partial:
        return []
    reason = literal(one_line(result.partial))
    return [f"**This run is partial: {reason}.** What it had measured by then is below.", ""]


def _shared(found: Sequence[SharedChange]) -> list[str]:
    lines = [f"- {SIGNS[one.verdict]} {literal(shared(one))}" for one in found]
    return [*lines, ""] if lines else []


def _table(decisions: Sequence[Decision], interval: str, room: int) -> list[str]:
    if not decisions:
        return []
    head = [
        f"| Verdict | Case | Quantity | Base | Head | Change ({interval}) | Pairs "
        "| Could have seen |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows, shown = [_row(decision) for decision in decisions], 0
    room -= _size(head) + 100  # for the line that says what was cut
    while shown < len(rows) and (room := room - len(rows[shown]) - 1) >= 0:
        shown += 1
    cut = len(rows) - shown
    note = [f"{cut} more of {len(rows)} left out for want of room.", ""] if cut else []
    return [*(head if shown else []), *rows[:shown], "", *note]


def _row(decision: Decision) -> str:
    case = code(one_line(decision.case, CASE_LIMIT))
    if decision.verdict != "ok" or decision.reason:
        case += f"<br>{literal(why(decision))}"
    cells = (
        f"{SIGNS[decision.verdict]} {decision.verdict}",
        case,
        QUANTITY_WORDS[decision.quantity],
        amounts.amount(decision, "base"),
        amounts.amount(decision, "head"),
        amounts.changed(decision),
        str(decision.pairs),
        amounts.detectable(decision),
    )
    return f"| {' | '.join(cells)} |"


def _folded(decisions: Sequence[Decision], interval: str, room: int) -> list[str]:
    if not decisions:
        return []
    fold = f"<details><summary>{SIGNS['ok']} {len(decisions)} ok</summary>"
    around = [fold, "", "</details>", ""]
    return [*around[:2], *_table(decisions, interval, room - _size(around)), *around[2:]]


def _notes(result: GateResult) -> list[str]:
    # what would open a list or a rule of its own inside the list is no opening as an entity
    lines = [f"- {_OPENING.sub(_entity, literal(one_line(note)))}" for note in remarks(result)]
    while _size(lines) > NOTES_LIMIT:
        lines = [*lines[:-2], "- (further notes left out)"]
    return [*lines, ""] if lines else []


def _footer(result: GateResult, exit_code: int | None) -> str:
    sentences = [
        f"Base {literal(revision(result.base))}, head {literal(revision(result.head))}.",
        f"Measured on {literal(machine(result))}.",
        f"Started {literal(one_line(result.started, 60))}." if result.started else "",
        "" if exit_code is None else f"Exit code {exit_code}.",
    ]
    facts = " ".join(part for part in sentences if part)
    return f"<sub>{facts}<br>{rule(result)}</sub>"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)
