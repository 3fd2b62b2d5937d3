"""Records that may be judged together: one environment class, one data set. Never pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.claims.archive import SuiteArchive
from harness.claims.values import DONE
from harness.config.claim import Claim
from harness.types import Archive, DataUsed, Record


@dataclass(frozen=True)
class Pool:
    """Records of one environment class on one data set.

    Attributes
    ----------
    records : mapping of str to sequence of Record
        Case id to its records, one per seed.
    environment : str
        Id of the latest snapshot among them.
    hardware : str
        Its hardware class in words; ``""`` when the snapshot is unknown.
    data : DataUsed or None
        The data set, of the latest record.
    """

    records: Mapping[str, Sequence[Record]]
    environment: str = ""
    hardware: str = ""
    data: DataUsed | None = None

    def measured(self, case: str) -> bool:
        """Whether any cell of a case was measured."""
        return any(record.status in DONE for record in self.records.get(case, ()))

    @property
    def cells(self) -> int:
        """How many cells were measured."""
        return sum(r.status in DONE for records in self.records.values() for r in records)

    @property
    def stand_in(self) -> str:
        """The name of the data set that stood in for the suite's own; ``""`` if none did."""
        replaced = self.data is not None and self.data.used != self.data.requested
        return self.data.used if self.data is not None and replaced else ""

    @property
    def other_images(self) -> bool:
        """Whether a data set of different images stood in, which shows nothing of the claim."""
        return bool(self.stand_in) and self.data is not None and not self.data.same_images

    def comparable(self, claim: Claim) -> bool:
        """Whether the hardware is of the class that the claim is about."""
        return claim.hardware.lower() in self.hardware.lower()


def pools(claim: Claim, cases: Sequence[str], archive: SuiteArchive) -> tuple[Pool, ...]:
    """Return the pools of a claim's records, the one to judge first.

    First comes the claim's hardware class, then the suite's own images, then most measured
    cells, then the exact data set, then records of most cases (a device that was skipped says
    more than one that nobody looked for), then the latest.
    """
    groups: dict[tuple[object, ...], list[Record]] = {}
    for record in archive.of_cases(set(cases)):
        groups.setdefault(_key(record, archive), []).append(record)
    _share_unmeasured(groups)
    found = [_pool(records, archive) for records in groups.values()]
    if len(found) < 2:
        return tuple(found)
    started = {id(pool): max(r.started for r in _all(pool)) for pool in found}

    def rank(pool: Pool) -> tuple[bool, bool, bool, int, bool, int, str, str]:
        return (
            pool.cells > 0,
            pool.comparable(claim),
            not pool.other_images,
            pool.cells,
            not pool.stand_in,
            len(pool.records),
            started[id(pool)],
            pool.environment,
        )

    return tuple(sorted(found, key=rank, reverse=True))


def _key(record: Record, archive: Archive) -> tuple[object, ...]:
    snapshot = archive.environments.get(record.environment)
    klass = snapshot.klass if snapshot else record.environment
    data = record.data
    return (klass, data.used, data.same_images) if data else (klass, "", True)


def _share_unmeasured(groups: dict[tuple[object, ...], list[Record]]) -> None:
    """Move skipped and failed records, which saw no data, to the measured pools of their class."""
    bare = [k for k, records in groups.items() if not any(r.status in DONE for r in records)]
    for key in bare:
        partners = [k for k in groups if k[0] == key[0] and k not in bare]
        if partners:
            unmeasured = groups.pop(key)
            for partner in partners:
                groups[partner].extend(unmeasured)


def _pool(records: Sequence[Record], archive: Archive) -> Pool:
    by_case: dict[str, dict[int, Record]] = {}
    for record in records:
        held = by_case.setdefault(record.case, {}).get(record.seed)
        if held is None or _newer(record, held):
            by_case[record.case][record.seed] = record
    measured = [record for record in records if record.status in DONE] or list(records)
    latest = max(measured, key=lambda record: (record.started, record.environment))
    snapshot = archive.environments.get(latest.environment)
    return Pool(
        {case: tuple(by_seed.values()) for case, by_seed in by_case.items()},
        latest.environment,
        snapshot.hardware if snapshot else "",
        latest.data,
    )


def _newer(record: Record, held: Record) -> bool:
    """Whether a record replaces another of the same seed: measured first, then the latest.

    Of those that two machines began at once it does not depend on the names of their folders.
    """
    new, old = ((r.status in DONE, r.started, r.environment) for r in (record, held))
    return new >= old


def _all(pool: Pool) -> list[Record]:
    return [record for records in pool.records.values() for record in records]
