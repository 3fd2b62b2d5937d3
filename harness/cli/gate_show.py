"""The gate's result for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from harness.gate.render import amounts
from harness.gate.render.text import (
    QUANTITY_WORDS,
    SIGNS,
    apart,
    headline,
    level,
    machine,
    one_line,
    remarks,
    revision,
    shared,
    split_case,
    why,
)
from harness.gate.values import GATE_VERDICTS, Decision, GateResult, GateVerdict
from harness.words import plural

STYLES: Mapping[GateVerdict, str] = {
    "regressed": "red",
    "broken": "red",
    "inconclusive": "yellow",
    "missing": "yellow",
    "improved": "blue",
    "ok": "green",
}


def gate_table(result: GateResult) -> Table:
    """Return one row a decision, what asks for attention first, its reason below its name.

    Numbers that belong together stand above each other, so that 80 columns are enough.
    """
    files = {split_case(decision.case)[0] for decision in result.decisions}
    table = Table(box=SIMPLE_HEAD, title=_title(result), caption=_caption(result, files))
    table.title_justify = table.caption_justify = "left"
    table.add_column("verdict", no_wrap=True)
    table.add_column("case", ratio=1, overflow="fold")
    for heading in ("base\nhead", "change\ninterval", "could see\npairs"):
        table.add_column(heading, justify="right", no_wrap=True)
    told, rest = apart(result)
    shown = [decision for decision in rest if not _quiet(decision)]
    for one in told:
        table.add_row(_verdict(one.verdict), escape(shared(one)), "", "", "")
    for decision in sorted(shown, key=lambda d: GATE_VERDICTS.index(d.verdict)):
        table.add_row(*_row(decision, with_file=len(files) > 1))
    return table


def _quiet(decision: Decision) -> bool:
    """Whether a decision needs no row: memory that is as it was."""
    return decision.quantity != "time" and decision.verdict == "ok"


def _title(result: GateResult) -> str:
    partial = f"\n[bold]partial: {escape(one_line(result.partial))}[/]" if result.partial else ""
    return escape(headline(result)) + partial


def _caption(result: GateResult, files: Collection[str]) -> str:
    lines = [f"base {revision(result.base)}", f"head {revision(result.head)}"]
    lines += [f"cases of {one_line(file)}" for file in files if len(files) == 1]
    quiet = sum(map(_quiet, result.decisions))
    lines += [f"memory is ok in {plural(quiet, 'case')}, not listed"] if quiet else []
    lines += [machine(result), *(one_line(text, 1000) for text in remarks(result))]
    if any(decision.interval for decision in result.decisions):
        lines.append(f"the {level(result.decisions)} stands below the change")
    return escape("\n".join(lines))


def _row(decision: Decision, *, with_file: bool) -> tuple[str, ...]:
    spread = "" if decision.interval is None else amounts.change_span(decision)
    pairs = plural(decision.pairs, "pair")
    return (
        _verdict(decision.verdict),
        _name(decision, with_file=with_file),
        f"{amounts.amount(decision, 'base')}\n{amounts.amount(decision, 'head')}",
        f"{amounts.change(decision)}\n{spread}",
        f"{amounts.detectable(decision)}\n{pairs}",
    )


def _verdict(name: GateVerdict) -> str:
    return f"[{STYLES[name]}]{SIGNS[name]} {name}[/]"


def _name(decision: Decision, *, with_file: bool) -> str:
    file, rest = (escape(one_line(part)) for part in split_case(decision.case))
    name = f"[bold]{rest}[/]"
    if decision.quantity != "time":
        name += f" {QUANTITY_WORDS[decision.quantity]}"
    name += f"\n[dim]{file}[/]" if with_file else ""
    return name if decision.verdict == "ok" else f"{name}\n{escape(why(decision))}"
