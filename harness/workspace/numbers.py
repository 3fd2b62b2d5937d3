"""One claim on a table of numbers, judged as a claim of a suite is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from harness import claims as judging
from harness import figures
from harness.config.claim import Claim
from harness.config.experiments import RECORDED, Recorded
from harness.config.kinds import KINDS
from harness.config.table import Table as Model
from harness.errors import SuiteError, UsageError
from harness.plan.check import check
from harness.plan.expand import of_recording
from harness.plan.recorded import SEED, no_column, recording
from harness.suite.explain import sentence
from harness.suite.schema import Grid, Suite
from harness.tables import Table
from harness.types import Verdict
from harness.words import shortened, unknown

NAME = "numbers"
"""The suite that such a claim is of."""
Keys = Mapping[str, Any]
M = TypeVar("M", bound=Model)


def judge_table(table: Table, asked: Keys, given: Keys, kind: str | None = None) -> Verdict:
    """Judge one claim on the rows of a table.

    Parameters
    ----------
    table : Table
        Its rows are independent runs; test examples where the claim is over examples, unless the
        metric has a list of them in every row.
    asked : mapping
        The keys of the claim as a suite has them, None for what is not given. Without a metric it
        is about the only column of numbers.
    given : mapping
        The keys of ``[records]``.
    kind : str or None
        What kind of number the metric is; None: what the file says, ``real`` where it does not.

    Raises
    ------
    UsageError
        If the claim asks for what the table does not have; a `SuiteError` where a row is wrong.
    """
    asked = {**asked, "metric": asked.get("metric") or _only_metric(table, asked, given)}
    claim = _claim(asked)
    if claim.metric not in {*table.columns, "diverged"}:
        raise UsageError(f"metric: {no_column(claim.metric, table)}")
    lists = _lists(table, claim.metric)
    if lists and claim.over == "seeds":
        raise UsageError(
            f"metric: must be a column of one number a row, got {claim.metric!r}, which has a list "
            f"in a row{_others(table)}; or judge all that is in the lists, over examples"
        )
    single = claim.over == "examples" and not lists
    records = _valid(
        Recorded, {"file": "values", **given, "rows": "examples" if single else "runs"}
    )
    suite = _suite(claim, records, kind)
    try:
        plans = of_recording(suite, recording(suite, records, table))
        check(plans, (), figures.KINDS)
    except SuiteError as error:
        raise _without_suite(error) from None
    (verdict,) = judging.judge(suite, plans.cases, plans.held(), {}, plans.full.seeds)
    return verdict


def _suite(claim: Claim, records: Recorded, kind: str | None) -> Suite:
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind: {unknown('kind', kind, KINDS)}")
    return Suite.model_validate(
        {
            "schema": 1,
            "id": NAME,
            "title": NAME,
            "experiment": RECORDED,
            "grid": (Grid(axes={}),),
            "records": records,
            "kinds": {} if kind is None else {claim.metric: kind},
            "claims": (claim,),
        }
    )


def _claim(asked: Keys) -> Claim:
    keys = {key: value for key, value in asked.items() if value is not None}
    keys["expect"] = {k: v for k, v in keys.get("expect", {}).items() if v is not None}
    return _valid(Claim, {"id": "claim", "quote": "", **keys})


def _valid(model: type[M], keys: Keys) -> M:
    try:
        return model.model_validate(keys)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in detail["loc"])
        raise UsageError(f"{key}: {sentence(detail, model)}") from None


def _lists(table: Table, metric: str) -> bool:
    return any(isinstance(entry, tuple) for entry in table.columns.get(metric, ()))


def _others(table: Table) -> str:
    """Say which columns have one number a row, if there are any."""
    found = [name for name in table.numeric() if not _lists(table, name)]
    return f": name one of {', '.join(found)}" if found else ""


def _only_metric(table: Table, asked: Keys, given: Keys) -> str:
    sides = asked.get("compare") or {}
    apart = {*(asked.get("where") or {}), *(key for side in sides.values() for key in side)}
    apart |= {asked.get("along"), given.get("pair"), SEED, *given.get("ignore", ())}
    found = [name for name in table.numeric() if name not in apart]
    if len(found) == 1:
        return found[0]
    texts = [name for name in table.columns if name not in apart and table.text(name)]
    if not found and len(texts) == 1:
        raise table.not_a_number(texts[0])
    first = (next(e for e in table.columns[name] if isinstance(e, str)) for name in texts)
    held = ", ".join(f"{name} has {text!r}" for name, text in zip(texts, first, strict=True))
    none = f"got none: {shortened(held, 120)}" if held else "got none"
    there = f"got {len(found)}: {', '.join(found)}; name one" if found else none
    raise UsageError(f"metric: must be named unless there is one column of numbers, {there}")


def _without_suite(error: SuiteError) -> UsageError:
    """Return the error without the keys of a suite that nobody wrote; that of a row as it is."""
    if any(problem.file or problem.line for problem in error.problems):
        return error
    lines = [_line(problem.key, problem.message) for problem in error.problems]
    return UsageError("\n".join(dict.fromkeys(lines)))


def _line(key: str, message: str) -> str:
    key = key.removeprefix("claims[0].").removeprefix("records.").split("[")[0]
    return f"{key}: {message}"
