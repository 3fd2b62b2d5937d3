"""The data sets of a worker: found, or fetched where missing, and held to our fingerprint."""

from __future__ import annotations

from harness import datasets
from harness.config.data import Data
from harness.datasets import catalogue, fetch
from harness.errors import HarnessError
from harness.execute.job import Job
from harness.execute.outcome import shortened
from harness.execute.sources import Sources, UnreadableData
from harness.types import DataUsed
from harness.words import plain


class Found:
    """What each data set is on this machine; read once."""

    def __init__(self) -> None:
        self._sources: dict[tuple[object, ...], Sources] = {}
        self._fetched: dict[str, str] = {}

    def problem(self, job: Job) -> str:
        """Return why a job cannot be run on the data that this machine has; ``""`` if it can."""
        data = job.cell.case.settings.data
        if data is None or not job.fingerprint:
            return ""
        fetched = self._fetch(job, data)
        key = (job.roots, tuple(sorted(job.use.items())))
        used = self._sources.setdefault(key, Sources(job.roots, job.use)).of(job.cell.case)
        if isinstance(used, DataUsed) and used.fingerprint == job.fingerprint:
            return ""
        return f"the worker cannot use the data set {data.dataset!r}: {_why(used, job, fetched)}"

    def _fetch(self, job: Job, data: Data) -> str:
        """Get a data set that is missing, if it can be; return what went wrong."""
        name = job.use.get(data.dataset, data.dataset)
        if name not in self._fetched:
            self._fetched[name] = ""
            if datasets.missing(data, job.roots, job.use) and catalogue.entry(name).get is not None:
                try:
                    fetch.get(name, job.roots)
                except HarnessError as error:
                    self._fetched[name] = shortened(plain(str(error)))
        return self._fetched[name]


def _why(used: DataUsed | UnreadableData | str | None, job: Job, fetched: str) -> str:
    if isinstance(used, UnreadableData):
        return used.reason
    if isinstance(used, DataUsed):
        there, ours = used.fingerprint[:12], job.fingerprint[:12]
        return f"it is another one: its fingerprint is {there} there, and {ours} here"
    return f"{used}; it could not be fetched: {fetched}" if fetched else str(used)
