"""The numbers that a claim reads from records: metrics, points of a series, arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.alone import disturbed
from harness.claims.text import Undecided, many
from harness.config.claim import Claim
from harness.config.experiments import RECORDED
from harness.config.kinds import DEFAULT, Kind
from harness.errors import StoreError
from harness.types import Archive, Record
from harness.words import did_you_mean, plural

Floats = NDArray[np.float64]
DONE = ("ok", "diverged")
NEVER_ALONE = (
    "every cell was timed beside other work, which decides nothing; "
    "run it again with --force when the machine is quiet"
)


@dataclass(frozen=True)
class Values:
    """The values of one case.

    Attributes
    ----------
    keys : ndarray of int64, shape (n,)
        Seed, or position of the example; what pairs are made by.
    values : ndarray of float64, shape (n,)
        May hold inf; nan only where `nan_as` of `read` put something else.
    over : str
        What n counts: ``seeds``, ``runs`` (rows of a file, which know of no seeds) or ``examples``.
    notes : tuple of str
        What was left out, for the reason.
    kind : str
        What kind of number they are.
    """

    keys: NDArray[np.int64]
    values: Floats
    over: str
    notes: tuple[str, ...] = ()
    kind: Kind = DEFAULT


def read(
    claim: Claim,
    records: Sequence[Record],
    archive: Archive,
    nan_as: float | None = None,
    kind: Kind = DEFAULT,
) -> Values:
    """Return the values of the claim's metric in the records of one case.

    Parameters
    ----------
    claim : Claim
        Its `metric`, `at` and `over` are used.
    records : sequence of Record
        Of one case in one environment, any status.
    archive : Archive
        For the arrays.
    nan_as : float, optional
        What a nan of a diverged run counts as in a comparison of order (inf or -inf, the worst).
    kind : str
        What kind of number the metric is.

    Raises
    ------
    Undecided
        If no record is usable, the metric is in none, a time was taken beside other work in all
        of them, or a value is nan: nan is never dropped.
    """
    done = sorted((r for r in records if r.status in DONE), key=lambda r: r.seed)
    failed = [r for r in records if r.status in ("failed", "timeout")]
    if not done:
        alike = bool(records) and all(r.status == "skipped" for r in records)
        raise Undecided(_nothing(records), "not-run", skipped=alike)
    fit = [record for record in done if not disturbed(record, claim.metric)]
    if not fit:
        raise Undecided(NEVER_ALONE, "not-run")
    reader = {"seeds": _over_seeds, "examples": _over_examples}
    values = reader[claim.over](claim, fit, archive)
    values, nans = _without_nan(values, nan_as)
    skipped = {r.seed for r in records if r.status == "skipped"} - {r.seed for r in done}
    gone = ((len(failed), "failed and left out"), (len(skipped), "skipped"))
    lost = [f"{n} of {plural(len(records), 'cell')} {how}" for n, how in gone if n]
    beside = _disturbed_cells(len(done) - len(fit), len(done))
    apart = _apart(claim.metric, fit)
    notes = (*values.notes, *(text for text in (*lost, beside, nans, apart) if text))
    if kind == "binary" and claim.over == "examples" and len(fit) > 1:
        kind = "share"  # how many of the runs were right
    return Values(values.keys, values.values, values.over, notes, kind)


def _disturbed_cells(count: int, of: int) -> str:
    were = "was" if count == 1 else "were"
    left_out = f"{count} of {plural(of, 'cell')} {were} timed beside other work and left out"
    return left_out if count else ""


def _apart(metric: str, records: Sequence[Record]) -> str:
    """Return in how many cells the two functions that were timed did not return the same."""
    count = sum(r.experiment == "speed" and r.metrics.get("agree") == 0.0 for r in records)
    if not count or metric == "agree":
        return ""
    return f"a and b return different results in {count} of {plural(len(records), 'cell')}"


def _nothing(records: Sequence[Record]) -> str:
    """Return why there is no usable record: the distinct reasons of those there are."""
    if not records:
        return "not measured yet: no record of these cells"
    reasons = dict.fromkeys(f"{r.status}: {r.reason}" for r in records)
    return "; ".join(list(reasons)[:3])


def _over_seeds(claim: Claim, records: Sequence[Record], archive: Archive) -> Values:  # noqa: ARG001 one signature for all readers
    found = [(r.seed, value) for r in records if (value := scalar(claim, r)) is not None]
    if not found:
        raise Undecided(_absent(claim, records), "not-run")
    missing = len(records) - len(found)
    over = "runs" if records[0].experiment == RECORDED else "seeds"
    note = f"{missing} of {many(len(records), over)} left no {claim.metric!r}"
    keys, values = zip(*found, strict=True)
    notes = (note,) if missing else ()
    return Values(np.array(keys, np.int64), np.array(values, np.float64), over, notes)


def scalar(claim: Claim, record: Record) -> float | None:
    """Return the metric of one record, or None if it left none of that name.

    A series that stopped at inf or nan before `at` counts as that value there: it would not have
    come back.
    """
    if claim.metric == "diverged":
        return float(record.status == "diverged")
    if claim.at is None:
        value = record.metrics.get(claim.metric)
        return None if value is None else float(value)
    series = record.series.get(claim.metric)
    if series is None or not len(series.x):
        return None
    for x, y in zip(series.x, series.y, strict=True):
        if math.isclose(x, claim.at, rel_tol=1e-9, abs_tol=1e-12):
            return float(y)
    last = float(series.y[-1])
    return last if claim.at > series.x[-1] and not math.isfinite(last) else None


def _absent(claim: Claim, records: Sequence[Record]) -> str:
    kinds: dict[str, Callable[[Record], Sequence[str]]] = {
        "metric": lambda r: list(r.metrics),
        "series": lambda r: list(r.series),
        "array": lambda r: list(r.arrays),
    }
    kind = "array" if claim.over == "examples" else "metric"
    kind = "series" if claim.at is not None else kind
    names = {name for record in records for name in kinds[kind](record)}
    if claim.metric in names:
        return f"no record has a point of {claim.metric!r} at {claim.at:g}"
    return f"no record has a {kind} {claim.metric!r}.{did_you_mean(claim.metric, names)}"


def _over_examples(claim: Claim, records: Sequence[Record], archive: Archive) -> Values:
    """Average the records first, so that one value is left per test example."""
    held = [record for record in records if claim.metric in record.arrays]
    if not held:
        raise Undecided(_absent(claim, records), "not-run", over="examples")
    try:
        arrays = [np.asarray(archive.array(r, claim.metric), np.float64).ravel() for r in held]
    except StoreError as error:
        raise Undecided(str(error), "not-run", over="examples") from None
    sizes = sorted({array.size for array in arrays})
    if len(sizes) > 1 or not sizes[0]:
        raise Undecided(
            f"{claim.metric!r} must have the same number of examples in every record, got {sizes}",
            over="examples",
        )
    values: Floats = arrays[0] if len(arrays) == 1 else np.mean(arrays, axis=0)
    return Values(np.arange(values.size, dtype=np.int64), values, "examples")


def _without_nan(values: Values, nan_as: float | None) -> tuple[Values, str]:
    bad = int(np.isnan(values.values).sum())
    if not bad:
        return values, ""
    nans = f"{bad} of {len(values.values)} values are nan"
    if nan_as is None:
        raise Undecided(f"{nans} (as empty fields are)", n=len(values.values), over=values.over)
    filled = np.where(np.isnan(values.values), nan_as, values.values)
    return Values(values.keys, filled, values.over, values.notes), f"{nans}, counted as the worst"


def paired(sides: Sequence[Values]) -> tuple[list[Floats], tuple[str, ...]]:
    """Return the values at the keys that all sides share, in one order, and what to say of it.

    Raises
    ------
    Undecided
        If the sides share no key, or examples do not match one to one.
    """
    keys = sides[0].keys
    for side in sides[1:]:
        if not np.array_equal(keys, side.keys):
            keys = np.intersect1d(keys, side.keys)
    most = max(len(side.keys) for side in sides)
    over = sides[0].over
    if not len(keys) or (over == "examples" and len(keys) < most):
        sizes = " and ".join(str(len(side.keys)) for side in sides)
        got = f"got {sizes}, of which {len(keys)} are of both"
        hint = "; name with pair a column whose values are on both" if over == "runs" else ""
        raise Undecided(f"the sides must share their {over} to be paired, {got}{hint}", over=over)
    notes = dict.fromkeys(note for side in sides for note in side.notes)
    if len(keys) < most:
        notes[f"{len(keys)} of {many(most, over)} shared"] = None
    return [_at(side, keys) for side in sides], tuple(notes)


def _at(side: Values, keys: NDArray[np.int64]) -> Floats:
    """Return the values at keys that a side has."""
    if len(keys) == len(side.keys):
        return side.values
    return side.values[np.searchsorted(side.keys, keys)]
