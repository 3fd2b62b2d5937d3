"""Records to the tables of a suite: cases with their metrics, and cells without a result."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.config.kinds import Kind, kind_of
from harness.figures.drawing import NO_KINDS, Kinds
from harness.figures.estimate import over_seeds
from harness.figures.labels import axis_title, entry, unit_of
from harness.figures.select import MACHINE, MEASURED, ordered, settings
from harness.numerals import number
from harness.suite.schema import Suite
from harness.types import Archive, Case, Record, Scalar
from harness.words import plural

NOT_AXES = frozenset({"experiment", "deviation"})


@dataclass(frozen=True)
class CaseTable:
    """The measured cases of one experiment, or of the functions of one file.

    Attributes
    ----------
    experiment : str
        Its name; of several functions, that of their file.
    axes, metrics : tuple of str
        Headings: axes that differ between the cases, then metrics.
    shared : tuple of str
        Settings that all cases share, in words.
    rows : tuple of CaseRow
        Axis values, runs by status, seconds a cell took, its peak memory, metrics.
    """

    experiment: str
    axes: tuple[str, ...]
    metrics: tuple[str, ...]
    shared: tuple[str, ...]
    rows: tuple[CaseRow, ...]


@dataclass(frozen=True)
class CaseRow:
    """One case: see `CaseTable`."""

    axes: tuple[str, ...]
    runs: str
    wall: str
    peak: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class MissingResult:
    """Cells that left no result for one reason.

    Attributes
    ----------
    status, reason : str
        As recorded; status ``"not run"`` for cases of the plan without a record.
    cells : str
        How many, in words.
    where : str
        Backends and devices concerned.
    """

    status: str
    reason: str
    cells: str
    where: str


def tables(
    suite: Suite, records: Sequence[Record], archive: Archive, kinds: Kinds = NO_KINDS
) -> tuple[CaseTable, ...]:
    """Return one table per experiment, of the cases that left a result.

    Functions of one file share a table.
    """
    done = [record for record in records if record.status in MEASURED]
    found: dict[str, list[Record]] = {}
    for record in done:
        found.setdefault(record.experiment.partition(":")[0], []).append(record)
    return tuple(_table(name, group, suite, archive, kinds) for name, group in found.items())


def _table(
    place: str, records: Sequence[Record], suite: Suite, archive: Archive, kinds: Kinds
) -> CaseTable:
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        machine = str(settings(record, archive)[MACHINE])
        found.setdefault((record.case, machine), []).append(record)
    axes = [settings(group[0], archive) for group in found.values()]
    every = dict.fromkeys(name for row in axes for name in row)
    experiments = {record.experiment for record in records}
    names = [name for name in every if name not in NOT_AXES]
    varied = ["experiment"] if len(experiments) > 1 else []
    varied += [name for name in names if len({row.get(name) for row in axes}) > 1]
    metrics = _metrics(records, suite)
    return CaseTable(
        experiment=place if len(experiments) > 1 else min(experiments),
        axes=tuple(axis_title(name, words=suite.labels) for name in varied),
        metrics=tuple(axis_title(name, words=suite.labels) for name in metrics),
        shared=tuple(
            f"{axis_title(name, words=suite.labels)}: {entry(name, axes[0][name])}"
            for name in names
            if name not in varied and name in axes[0]
        ),
        rows=_rows(list(found.values()), axes, varied, metrics, kinds),
    )


def _rows(
    cases: Sequence[Sequence[Record]],
    axes: Sequence[dict[str, Scalar]],
    varied: Sequence[str],
    metrics: Sequence[str],
    kinds: Kinds,
) -> tuple[CaseRow, ...]:
    ranks = {name: ordered(row[name] for row in axes if name in row) for name in varied}

    def place(index: int) -> list[int]:
        row = axes[index]
        return [ranks[name].index(row[name]) if name in row else -1 for name in varied]

    return tuple(
        CaseRow(
            tuple(entry(name, axes[i][name]) if name in axes[i] else "" for name in varied),
            _runs(cases[i]),
            _wall(cases[i]),
            _peak(cases[i]),
            tuple(_metric(cases[i], name, kinds) for name in metrics),
        )
        for i in sorted(range(len(cases)), key=place)
    )


def _runs(records: Sequence[Record]) -> str:
    found = Counter(record.status for record in records)
    return ", ".join(f"{count} {status}" for status, count in found.items())


def _wall(records: Sequence[Record]) -> str:
    # A part of a group's time is nobody's own; records read from a file do not say.
    times = [record.wall_s for record in records if not record.mode]
    return number(over_seeds(times).value, "seconds", digits=2) if any(times) else ""


def _peak(records: Sequence[Record]) -> str:
    """Return the largest resident memory that any run of a case reached."""
    most = max(record.peak_rss for record in records)
    return number(float(most), "bytes", digits=3) if most else ""


def _metric(records: Sequence[Record], name: str, kinds: Kinds) -> str:
    """Return middle and interval of a metric; runs without it are left out and said."""
    values = [float(record.metrics[name]) for record in records if name in record.metrics]
    if not values:
        return ""
    kind = kind_of(name, kinds.get(records[0].case, {}))
    text = _told(tuple(values), kind, unit_of(name))
    return text if len(values) == len(records) else f"{text} ({plural(len(values), 'run')})"


@lru_cache(maxsize=4096)  # implementations often agree, and most metrics are counts
def _told(values: tuple[float, ...], kind: Kind, unit: str) -> str:
    estimate = over_seeds(values, kind)
    if estimate.lost == len(values) == 1:
        return number(values[0])
    if estimate.lost:
        return f"{estimate.lost} of {estimate.n} not finite"
    return estimate.text(unit)


def _metrics(records: Sequence[Record], suite: Suite) -> list[str]:
    """Return metric names: those that claims and figures name first, then by name."""
    names = {name for record in records for name in record.metrics}
    named = [claim.metric for claim in suite.claims]
    named += [name for figure in suite.figures for name in (figure.y, figure.hue)]
    first = [name for name in dict.fromkeys(named) if name in names]
    return first + sorted(names - set(first), key=_natural)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key by which ``accuracy_k10`` follows ``accuracy_k5``."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name)
    ]


def missing_results(records: Sequence[Record], plan: Sequence[Case]) -> tuple[MissingResult, ...]:
    """Return the cells without a result by status and reason, and the cases never run."""
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if record.status not in MEASURED:
            found.setdefault((record.status, record.reason), []).append(record)
    some = [
        MissingResult(status, reason, plural(len(group), "cell"), _where([r.axes for r in group]))
        for (status, reason), group in sorted(found.items())
    ]
    seen = {record.case for record in records}
    unseen = [case for case in plan if case.id not in seen]
    if unseen:
        where = _where([{"backend": c.backend, "device": c.device, **c.axes} for c in unseen])
        reason = "no record yet; the command below runs what is missing"
        some.append(MissingResult("not run", reason, plural(len(unseen), "case"), where))
    return tuple(some)


def _where(rows: Sequence[object]) -> str:
    tracks = dict.fromkeys(
        "/".join(str(row[name]) for name in ("backend", "device") if name in row)
        for row in rows
        if isinstance(row, dict)
    )
    return ", ".join(tracks)
