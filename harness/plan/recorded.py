"""The rows of a file to cases and records: what a suite has that runs nothing.

A case is what the columns tell apart, and a row one run of it. The records are made anew whenever
the suite is opened, and their ids are made of the file's digest: an edited file is judged anew.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from harness import digest, tables
from harness.config.claim import Claim, Figure
from harness.config.experiments import RECORDED, TABLES, Recorded, Settings
from harness.config.kinds import DEFAULT, Kind
from harness.errors import DataError, FileError, SuiteError, UsageError
from harness.experiments.recorded import COLUMNS
from harness.kept import look
from harness.plan import size
from harness.plan.names import TOP, Axes
from harness.store.memory import Memory
from harness.suite.schema import Suite
from harness.tables import Entry, Place, Table
from harness.types import Array, Case, DataUsed, Environment, Record, Scalar
from harness.words import did_you_mean, shortened

UNRECORDED = "not recorded"
"""What stands for the hardware of a file that does not say where it was measured."""
SEED = "seed"
"""The column that pairs rows unless another is named."""
HOW = ("experiment", "grid", *TABLES, "params", "seeds", "quick", "stand_in")
Key = tuple[Scalar, ...]


@dataclass(frozen=True)
class Recording:
    """What a file holds.

    Attributes
    ----------
    axes : Axes
        Its columns that tell cases apart.
    cases : tuple of Case
        In the order of their first rows.
    seeds : mapping of str to int
        Rows by case id.
    memory : Memory
        A record for each row.
    """

    axes: Axes
    cases: tuple[Case, ...]
    seeds: Mapping[str, int]
    memory: Memory


def read(suite: Suite, given: Recorded) -> Recording:
    """Return what the file of a suite holds; its path is from the folder of the suite.

    Raises
    ------
    SuiteError
        If there is no such file, it is no table, or a column that must hold numbers does not.
    """
    folder = Path(suite.text.file).parent
    try:
        table = tables.read([look(Path(os.path.normpath(folder / name))) for name in given.files])
    except SuiteError:
        raise  # names a line of the file
    except (FileError, DataError, UsageError) as error:
        raise SuiteError([suite.text.problem(("records", "file"), str(error))]) from None
    return recording(suite, given, table)


def recording(suite: Suite, given: Recorded, table: Table) -> Recording:
    """Return what a table holds for a suite.

    Raises
    ------
    SuiteError
        If a column named is not there, or one that must hold numbers does not.
    """
    complaints = [*_meaningless(suite), *_complaints(given, table), *_selected(suite, table)]
    suite.text.refuse(complaints)
    return _Maker(suite, given, table).recording()


def _complaints(given: Recorded, table: Table) -> Iterator[tuple[tuple[str | int, ...], str]]:
    listed = (
        (("records", k, i), n) for k in ("axes", "ignore") for i, n in enumerate(getattr(given, k))
    )
    pair = [(("records", "pair"), given.pair)] if given.pair else []
    for place, name in [*listed, *pair]:
        if name not in table.columns:
            yield place, no_column(name, table)


def _meaningless(suite: Suite) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the keys that say how to measure, where everything is measured."""
    for key in dict.fromkeys(path[0] for path in suite.text.lines):
        if key in HOW:
            yield (key,), "must not stand beside [records], where the numbers are; drop one of them"


def _selected(suite: Suite, table: Table) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what claims select by that is no column."""
    for position, claim in enumerate(suite.claims):
        here = claim.place or ("claims", position)
        for key, names in _selections(claim):
            for name in names:
                if name not in table.columns and name not in TOP:
                    yield (*here, *key), no_column(name, table)


def _selections(claim: Claim) -> Iterator[tuple[tuple[str, ...], Collection[str]]]:
    """Yield the keys of a claim that name columns, with the names."""
    yield ("where",), claim.where
    if claim.compare is not None:
        yield ("compare", "better"), claim.compare.better
        yield ("compare", "than"), claim.compare.than
    yield ("expect", "best"), claim.expect.best or ()
    yield ("along",), (claim.along,) if claim.along else ()


def no_column(name: str, table: Table) -> str:
    """Return the sentence on a column that there is not, with the nearest that is."""
    files = ", ".join(table.files) or "the table"
    return f"{files} has no column {shortened(name)!r}.{did_you_mean(name, table.columns)}"


class _Maker:
    """Makes cases and records of the rows of a table."""

    def __init__(self, suite: Suite, given: Recorded, table: Table) -> None:
        self.suite, self.given, self.table = suite, given, table
        self.pair = given.pair or (SEED if SEED in table.columns else "")
        self.metrics = _metrics(suite)
        self.names = tuple(name for name in table.columns if self._is_axis(name))
        apart = {*self.names, self.pair, *given.ignore}
        for name in self.metrics & table.columns.keys() - apart:
            if table.text(name):
                raise table.not_a_number(name)
        self.columns = tuple(name for name in table.numeric() if name not in apart)

    def _is_axis(self, name: str) -> bool:
        if name in (self.pair, *self.given.ignore):
            return name in _named(self.suite)
        named = {*self.given.axes, *self.table.cases, *_named(self.suite)}
        return name in named or (name not in self.metrics and self.table.text(name))

    def recording(self) -> Recording:
        groups: dict[Key, list[int]] = {}
        for index in range(len(self.table.places)):
            groups.setdefault(self._key(index), []).append(index)
        runs = self.given.rows == "runs"
        cells = len(self.table.places) if runs else len(groups)
        size.refuse(cells, ", ".join(self.table.files), len(groups))
        cases = {key: self._case(key) for key in groups}
        records, arrays = list[Record](), dict[tuple[str, str], Array]()
        for key, rows in groups.items():
            made = self._runs(cases[key], rows) if runs else self._examples(cases[key], rows)
            for record, held in made:
                records.append(record)
                arrays |= {(record.cell, name): array for name, array in held.items()}
        seeds = {cases[key].id: len(rows) if runs else 1 for key, rows in groups.items()}
        memory = Memory(tuple(records), {self._environment.id: self._environment}, arrays)
        return Recording(self._axes(), tuple(cases.values()), seeds, memory)

    def _axes(self) -> Axes:
        names = tuple(dict.fromkeys((*TOP, *self.names)))
        return Axes(dict.fromkeys(names, ""), names, {})

    def _key(self, index: int) -> Key:
        return tuple(self._value(name, index) for name in self.names)

    def _value(self, name: str, index: int) -> Scalar:
        value = self.table.columns[name][index]
        if isinstance(value, tuple):
            raise self.table.places[index].refuse(name, "must be one value that tells cases apart")
        return "" if value is None else value

    def _case(self, key: Key) -> Case:
        own = dict(zip(self.names, key, strict=True))
        axes: dict[str, Scalar] = {"experiment": RECORDED, "backend": "", "device": "", **own}
        kinds: dict[str, Kind] = {
            name: self.table.kinds.get(name, DEFAULT) for name in self.columns
        }
        return Case(
            digest.of_value([self.suite.id, RECORDED, own]),
            self.suite.id,
            RECORDED,
            str(axes["backend"]),
            str(axes["device"]),
            axes,
            Settings(params={COLUMNS: list(self.columns)}),
            kinds={**kinds, **self.suite.kinds},
        )

    def _runs(self, case: Case, rows: Sequence[int]) -> Iterator[tuple[Record, dict[str, Array]]]:
        """Yield a record a row; metrics that some row of the case has, a row that lacks it has too.

        An empty field of a CSV file may be a nan as others write it, and no nan is dropped.
        """
        held = [n for n in self.columns if any(self.table.columns[n][i] is not None for i in rows)]
        lists = [n for n in held if any(isinstance(self.table.columns[n][i], tuple) for i in rows)]
        seen: dict[int, Place] = {}
        for order, index in enumerate(rows):
            seed, place = self._seed(order, index), self.table.places[index]
            if seed in seen:
                raise place.refuse(self.pair, self._twice(index, seen[seed]))
            seen[seed] = place
            metrics = {n: _number(self.table.columns[n][index]) for n in held if n not in lists}
            arrays = {n: np.array(v) for n in lists if (v := self.table.columns[n][index])}
            yield self._record(case, seed, metrics, arrays), arrays

    def _twice(self, index: int, before: Place) -> str:
        value = self.table.columns[self.pair][index]
        where = f"{'row' if before.rows else 'line'} {before.number}"
        return (
            f"must be another in every row of a case, got {value!r} in {where} too; name the "
            "column that tells the two apart (axes), or one that pairs rows (pair)"
        )

    def _examples(
        self, case: Case, rows: Sequence[int]
    ) -> Iterator[tuple[Record, dict[str, Array]]]:
        """Yield the one record of a case: every column an array over its rows."""
        if self.pair:
            rows = sorted(rows, key=lambda index: self._seed(0, index))
        held = [n for n in self.columns if any(self.table.columns[n][i] is not None for i in rows)]
        arrays = {n: np.array([_number(self.table.columns[n][i]) for i in rows]) for n in held}
        yield self._record(case, 0, {}, arrays), arrays

    def _seed(self, order: int, index: int) -> int:
        """Return what pairs a row: its number among those of its case, or the value of a column."""
        return self._numbers[index] if self.pair else order

    @cached_property
    def _numbers(self) -> Sequence[int]:
        """The values of the column that pairs, as integers: what they are, or which they are."""
        entries = self.table.columns[self.pair]
        for place, entry in zip(self.table.places, entries, strict=True):
            if entry is None:
                raise place.refuse(self.pair, "must say which rows are a pair, got nothing")
        whole = [entry for entry in entries if type(entry) is int]
        if len(whole) == len(entries):
            return whole
        known = {entry: number for number, entry in enumerate(dict.fromkeys(entries))}
        return [known[entry] for entry in entries]

    def _record(
        self, case: Case, seed: int, metrics: Mapping[str, float], arrays: Mapping[str, Array]
    ) -> Record:
        name = ", ".join(self.table.files) or "values"
        diverged = bool(metrics.get("diverged"))
        return Record(
            cell=digest.of_value([case.id, seed, self.table.digest], length=24),
            case=case.id,
            suite=case.suite,
            experiment=RECORDED,
            axes=case.axes,
            seed=seed,
            status="diverged" if diverged else "ok",
            reason="the file says so" if diverged else "",
            environment=self._environment.id,
            data=DataUsed(name, name, self.table.digest, same_images=True),
            metrics=metrics,
            arrays=dict.fromkeys(arrays, name),
        )

    @property
    def _environment(self) -> Environment:
        facts = {"file": ", ".join(self.table.files), "sha256": self.table.digest}
        hardware = self.given.hardware or UNRECORDED
        ident = digest.of_value([facts, hardware])
        return Environment(ident, ident, hardware, facts)


def _number(entry: Entry) -> float:
    return float("nan") if entry is None or isinstance(entry, str | tuple) else float(entry)


def _metrics(suite: Suite) -> frozenset[str]:
    """Return what claims, figures and kinds take for metrics."""
    claimed = [claim.metric for claim in suite.claims]
    return frozenset([*claimed, *(figure.y for figure in suite.figures), *suite.kinds])


def _named(suite: Suite) -> frozenset[str]:
    """Return what claims and figures select by, run along or colour by."""
    claims = [name for claim in suite.claims for _, names in _selections(claim) for name in names]
    return frozenset([*claims, *(name for figure in suite.figures for name in _of(figure))])


def _of(figure: Figure) -> Iterator[str]:
    yield from (*figure.where, figure.x, figure.hue)
    if figure.compare is not None:
        yield from (*figure.compare.better, *figure.compare.than)
