"""The gate's result for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rich.text import Text

from harness.cli.console import styled
from harness.cli.sheet import Sheet
from harness.gate.render import amounts
from harness.gate.render.text import (
    QUANTITY_WORDS,
    SIGNS,
    apart,
    headline,
    level,
    machine,
    remarks,
    revision,
    shared,
    split_case,
    why,
)
from harness.gate.values import GATE_VERDICTS, Decision, GateResult, GateVerdict
from harness.words import one_line, plural

STYLES: Mapping[GateVerdict, str] = {
    "regressed": "red",
    "broken": "red",
    "inconclusive": "yellow",
    "missing": "yellow",
    "improved": "blue",
    "ok": "green",
}


HEADINGS = ("verdict", "case", "base\nhead", "change\ninterval", "could see\npairs")


def gate_table(result: GateResult) -> Sheet:
    """Return one row a decision, what asks for attention first, its reason below its name.

    Numbers that belong together are above each other, so that 80 columns are enough.
    """
    files = {split_case(decision.case)[0] for decision in result.decisions}
    told, rest = apart(result)
    shown = [decision for decision in rest if not _quiet(decision)]
    ordered = sorted(shown, key=lambda d: GATE_VERDICTS.index(d.verdict))
    rows = [
        *((_verdict(one.verdict), shared(one), "", "", "") for one in told),
        *(_row(decision, with_file=len(files) > 1) for decision in ordered),
    ]
    right = range(2, len(HEADINGS))
    return Sheet(HEADINGS, rows, _title(result), _caption(result, files), whole=(0,), right=right)


def _quiet(decision: Decision) -> bool:
    """Whether a decision needs no row: memory that is as it was, or too little to count."""
    return decision.quantity != "time" and (decision.verdict == "ok" or _open_and_small(decision))


def _open_and_small(decision: Decision) -> bool:
    """Whether a decision is still open on what is below all that counts."""
    small = max(decision.base, decision.head) < decision.thresholds.absolute
    return decision.verdict == "inconclusive" and small


def _title(result: GateResult) -> Text:
    partial = f"\npartial: {one_line(result.partial)}" if result.partial else ""
    return styled(headline(result), "table.title").append(partial, "bold")


def _caption(result: GateResult, files: Collection[str]) -> str:
    lines = [f"base {revision(result.base)}", f"head {revision(result.head)}"]
    lines += [f"cases of {one_line(file)}" for file in files if len(files) == 1]
    quiet = [decision for decision in result.decisions if _quiet(decision)]
    small = sum(map(_open_and_small, quiet))
    for count, words in ((len(quiet) - small, "ok"), (small, "too little to tell")):
        lines += [f"memory is {words} in {plural(count, 'case')}, not listed"] if count else []
    lines += [machine(result), *(one_line(text, 1000) for text in remarks(result))]
    if any(decision.interval for decision in result.decisions):
        lines.append(f"the {level(result.decisions)} stands below the change")
    return "\n" + "\n".join(lines)


def _row(decision: Decision, *, with_file: bool) -> tuple[str | Text, ...]:
    spread = "" if decision.interval is None else amounts.change_span(decision)
    pairs = plural(decision.pairs, "pair")
    return (
        _verdict(decision.verdict),
        _name(decision, with_file=with_file),
        f"{amounts.amount(decision, 'base')}\n{amounts.amount(decision, 'head')}",
        f"{amounts.change(decision)}\n{spread}",
        f"{amounts.detectable(decision)}\n{pairs}",
    )


def _verdict(name: GateVerdict) -> Text:
    return Text(f"{SIGNS[name]} {name}", STYLES[name])


def _name(decision: Decision, *, with_file: bool) -> Text:
    file, rest = (one_line(part) for part in split_case(decision.case))
    name = styled("").append(rest, "bold")
    if decision.quantity != "time":
        name.append(f" {QUANTITY_WORDS[decision.quantity]}")
    name.append(f"\n{file}" if with_file else "", "dim")
    return name if decision.verdict == "ok" else name.append(f"\n{why(decision)}")
