"""The data sets of a run's cases, each read once for its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import datasets, digest
from harness.config.data import Data
from harness.datasets.dataset import Roots
from harness.errors import DataError, UsageError
from harness.execute.outcome import shortened
from harness.seeding import Streams
from harness.types import Case, DataUsed
from harness.words import plain


@dataclass(frozen=True)
class UnreadableData:
    """A data set that cannot be read, and why."""

    reason: str


class Sources:
    """What the cases of a run are computed from.

    Parameters
    ----------
    roots : Roots
        Where data lies.
    use : mapping of str to str
        Data sets to stand in for others.
    """

    def __init__(self, roots: Roots, use: Mapping[str, str]) -> None:
        self._roots, self._use = roots, use
        self._used: dict[str, DataUsed | UnreadableData | str] = {}

    def of(self, case: Case) -> DataUsed | UnreadableData | str | None:
        """Return the data set of a case, or what is missing; None where it uses none."""
        data = case.settings.data
        if data is None:
            return None
        key = digest.of_value([data.dataset, data.path])
        if data.dataset == "synthetic":
            return DataUsed("synthetic", "synthetic", "", same_images=True)
        if key not in self._used:
            self._used[key] = self._tried(data)
        return self._used[key]

    def _tried(self, data: Data) -> DataUsed | UnreadableData | str:
        """Read a data set; one that is broken fails its own cells and no others."""
        try:
            return self._read(data)
        except UsageError:
            raise  # the command line or the suite names what cannot be
        except DataError as error:
            return UnreadableData(shortened(plain(str(error))))
        except Exception as error:  # noqa: BLE001 - foreign readers of foreign files
            message = plain(f"{type(error).__name__}: {error}")
            return UnreadableData(
                shortened(f"the data set {data.dataset!r} cannot be read: {message}")
            )

    def _read(self, data: Data) -> DataUsed | str:
        reason = datasets.missing(data, self._roots, self._use)
        if reason:
            return reason
        streams = Streams("", 0)
        # What a case asks of the targets is found out in its cell; here they are as they come.
        whole = data.model_copy(update={"targets": "classes"})
        rng = streams.generator("data")
        return datasets.load(whole, self._roots, rng, self._use).used
