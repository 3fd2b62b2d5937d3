"""The records of one suite, looked for once for all of its claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from harness.types import Archive, Array, Environment, Record


class SuiteArchive:
    """The part of an archive that the claims of a suite rest on; an `harness.types.Archive`.

    Parameters
    ----------
    archive : Archive
        With the records of any number of suites.
    suite : str
        Id of the suite.
    """

    def __init__(self, archive: Archive, suite: str) -> None:
        self._archive = archive
        self._records = archive.of(suite)
        self._environments = archive.environments  # some make it anew each time
        self._by_case: dict[str, list[int]] = {}
        for position, record in enumerate(self._records):
            self._by_case.setdefault(record.case, []).append(position)

    @property
    def records(self) -> Sequence[Record]:
        """Those of the suite, in the order of the archive."""
        return self._records

    def of_cases(self, cases: Collection[str]) -> list[Record]:
        """Return the records of some cases, in the order of the archive."""
        found = [position for case in cases for position in self._by_case.get(case, ())]
        return [self._records[position] for position in sorted(found)]

    @property
    def suites(self) -> Collection[str]:
        """As the archive has them."""
        return self._archive.suites

    def of(self, suite: str) -> Sequence[Record]:
        """As the archive has them."""
        return self._archive.of(suite)

    @property
    def environments(self) -> Mapping[str, Environment]:
        """As the archive has them."""
        return self._environments

    @property
    def most(self) -> Mapping[str, int]:
        """As the archive has it."""
        return self._archive.most

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record."""
        return self._archive.array(record, name)
