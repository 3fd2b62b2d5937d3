"""``harness judge``: the numbers in a file against a quoted number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import claims as judging
from harness import tables
from harness.cli import codes, options
from harness.cli.console import Output
from harness.config.kinds import KINDS
from harness.errors import SuiteError, UsageError
from harness.outlets.outcome import measured_by, reason
from harness.tables.table import parsed
from harness.types import Scalar, Verdict
from harness.workspace.numbers import Keys, judge_table


def _number(words: str) -> Any:
    return typer.Option(metavar="X", help=words)


Exactly = Annotated[float | None, _number("Every run is equal to this number.")]
Low = Annotated[float | None, _number("The number lies above this.")]
High = Annotated[float | None, _number("The number lies below this.")]
AtLeast = Annotated[float | None, _number("The number is at least this.")]
AtMost = Annotated[float | None, _number("The number is at most this.")]
OftenLow = Annotated[float | None, _number("Least share of runs in which the metric is 1.")]
OftenHigh = Annotated[float | None, _number("Largest share of runs in which the metric is 1.")]
SlopeLow = Annotated[float | None, _number("The slope over --along lies above this.")]
SlopeHigh = Annotated[float | None, _number("The slope over --along lies below this.")]
Difference = Annotated[float | None, _number("Quoted difference: --better minus --than.")]
Ratio = Annotated[float | None, _number("Quoted ratio: --better divided by --than.")]
Group = Annotated[
    str | None, typer.Option(metavar="VALUE", help="Value of --by in one of the two groups.")
]


def judge(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="CSV, parquet, JSON, JSON lines; each row is a run."),
    ],
    *,
    metric: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="The column that is judged; not needed if it is the only one."
        ),
    ] = "",
    value: Annotated[float | None, _number("The quoted number.")] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="How far from the quoted number is close enough; of a ratio, as a share of it.",
        ),
    ] = None,
    exactly: Exactly = None,
    low: Low = None,
    high: High = None,
    at_least: AtLeast = None,
    at_most: AtMost = None,
    difference: Difference = None,
    ratio: Ratio = None,
    of: Annotated[
        str | None, typer.Option(metavar="difference|ratio", help="What a range is about.")
    ] = None,
    frequency_low: OftenLow = None,
    frequency_high: OftenHigh = None,
    slope_low: SlopeLow = None,
    slope_high: SlopeHigh = None,
    along: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column over which a slope is fitted.")
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(metavar="linear|log|loglog", help="The scale on which a slope is fitted."),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column in which two groups differ.")
    ] = "",
    better: Group = None,
    than: Group = None,
    goal: Annotated[
        str | None, typer.Option(metavar="larger|smaller", help="Which value is better.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Only rows with this value; repeatable."),
    ] = None,
    pair: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="Rows with equal values here are a pair; seed if there is such a column.",
        ),
    ] = "",
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of text that does not separate cases."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help=f"Kind of number: {', '.join(KINDS)}; real if not given."
        ),
    ] = None,
    over: Annotated[
        str, typer.Option(metavar="seeds|examples", help="What a row is: a run, or a test example.")
    ] = "seeds",
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Unit of the number: fraction, seconds, ...")
    ] = None,
    strict: options.Strict = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge the numbers in a file; exit 3 when they contradict what is said about them."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    asked = {
        "metric": metric, "where": _where(where or ()), "compare": _compare(by, better, than),
        "goal": goal, "along": along, "scale": scale, "over": over, "unit": unit,
        "expect": {
            "value": value, "tolerance": tolerance, "exactly": exactly, "low": low, "high": high,
            "at_least": at_least, "at_most": at_most, "difference": difference, "ratio": ratio,
            "of": of, "frequency_low": frequency_low, "frequency_high": frequency_high,
            "slope_low": slope_low, "slope_high": slope_high,
        },
    }  # fmt: skip
    verdict = _judged(files, asked, {"pair": pair, "ignore": tuple(ignore or ())}, kind)
    found = [verdict]
    output.json({"schema": 1, "counts": judging.counts(found), "verdicts": judging.to_json(found)})
    for line in _told(verdict):
        output.out.print(line)
    raise typer.Exit(codes.of_verdicts(found, strict=strict))


def _judged(files: Sequence[Path], asked: Keys, given: Keys, kind: str | None) -> Verdict:
    table = tables.read(files)
    try:
        return judge_table(table, asked, given, kind)
    except SuiteError:
        raise  # of a row of the file
    except UsageError as error:
        raise UsageError(_as_options(str(error))) from None


def _told(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.verdict}: {verdict.metric} {measured_by(verdict)}"
    if said := reason(verdict):
        yield f"  {said}"


def _where(given: Sequence[str]) -> dict[str, Scalar]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise UsageError(f"--where must read COLUMN=VALUE, got {name + equals!r}")
    return {name: _scalar(value) for name, _, value in pairs}


def _scalar(text: str) -> Scalar:
    """Return a value as the columns of a file have it."""
    value = parsed(text)
    return text if value is None or isinstance(value, tuple) else value


def _compare(
    by: str, better: str | None, than: str | None
) -> Mapping[str, Mapping[str, Scalar]] | None:
    if not by and better is None and than is None:
        return None
    if not by or better is None or than is None:
        raise UsageError("--by COLUMN, --better VALUE and --than VALUE must be given together")
    return {"better": {by: _scalar(better)}, "than": {by: _scalar(than)}}


def _as_options(text: str) -> str:
    """Return a message on the keys of a suite as one on the options that stand for them."""
    text = re.sub(r"\bexpect\.(\w+)", lambda found: _option(found[1]), text)
    text = re.sub(r"\[records\] (\w+)", lambda found: _option(found[1]), text)
    text = re.sub(r"^compare\.(\w+):", r"\1:", text, flags=re.MULTILINE)
    text = re.sub(r"^(expect: |where: (?=where must single))", "", text, flags=re.MULTILINE)
    text = text.replace("where must single", "--where must single")
    text = text.replace("name it in where", "name it with --where")
    return re.sub(r"^(\w+):", lambda found: f"{_option(found[1])}:", text, flags=re.MULTILINE)


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"
