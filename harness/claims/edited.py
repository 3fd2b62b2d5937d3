"""Which cases have records only of older code, and which files were edited since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import digest
from harness.claims.values import DONE
from harness.code.sources import differing
from harness.types import Case, Record

Key = tuple[str, str, str]


@dataclass(frozen=True)
class EarlierRecords:
    """What is stored of a case under earlier code.

    Attributes
    ----------
    files : tuple of str
        Names of the files in which the latest of it differs from the code of now.
    seeds : frozenset of int
        Repetitions that are there.
    """

    files: tuple[str, ...]
    seeds: frozenset[int]


def before(cases: Iterable[Case], records: Sequence[Record]) -> Mapping[str, EarlierRecords]:
    """Return what was measured with earlier code, by the id of the case of now.

    Parameters
    ----------
    cases : iterable of Case
        Planned. Only those of users' code without any result of their own are looked for.
    records : sequence of Record
        In the order in which they were written: the latest counts.
    """
    done = {record.case for record in records if record.status in DONE}
    wanted = [case for case in cases if case.code and case.id not in done]
    if not wanted:
        return {}
    earlier: dict[Key, list[Record]] = {}
    for record in records:
        if record.code and record.status in DONE:
            key = _key(record.suite, record.experiment, record.axes)
            earlier.setdefault(key, []).append(record)
    found: dict[str, EarlierRecords] = {}
    for case in wanted:
        if there := earlier.get(_key(case.suite, case.experiment, case.axes)):
            files = differing(case.code, there[-1].code)
            seeds = frozenset(record.seed for record in there)
            found |= {case.id: EarlierRecords(files, seeds)} if files else {}
    return found


def _key(suite: str, experiment: str, axes: Mapping[str, object]) -> Key:
    return suite, experiment, digest.canonical(dict(axes))
