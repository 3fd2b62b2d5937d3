"""Drop from the reference the curves, arrays and samples that no claim and no figure reads.

``python tests/suites/trim_reference.py SUITE...`` keeps every other value of those suites' records,
bit for bit: ids, metrics, digests, and whatever the claims and figures of any suite read,
from all machines together or from one alone. Samples of which only the name is asked (a metric of
that name is a time) are kept as a name without values.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import figures
from harness.figures import writing
from harness.lines import Log, object_of, sealed, text_of, unsealed
from harness.report.results import records_of
from harness.store import arrays
from harness.store.files import of_records
from harness.store.store import StoreFolder
from harness.types import Array, Environment, Record
from harness.workspace.suites import open_workspace
from harness.workspace.verdicts import judged

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "results" / "reference"
Reads = dict[tuple[str, str], set[str]]
"""Names that were read, by cell and field of its record; under `ASKED` those only asked for."""
ASKED = "asked"


class Watched(Mapping[str, Any]):
    """A field of a record that notes which of its values are taken, and which are asked for."""

    def __init__(self, values: Mapping[str, Any], reads: set[str], asked: set[str]) -> None:
        self._values, self._reads, self._asked = values, reads, asked

    def __getitem__(self, name: str) -> Any:
        self._reads.add(name)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        self._asked.add(str(name))
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class WatchedArchive:
    """A folder of stores that notes which series, arrays and samples are read."""

    def __init__(self, folder: Path, reads: Reads) -> None:
        self._folder, self._reads = StoreFolder(folder), reads
        self.environments: Mapping[str, Environment] = self._folder.environments
        self.most = self._folder.most
        self.records: Sequence[Record] = [
            replace(
                record,
                **{
                    field: Watched(
                        getattr(record, field), reads[record.cell, field], reads[record.cell, ASKED]
                    )
                    for field in ("series", "samples")
                },
            )
            for record in self._folder.records
        ]

    def of(self, suite: str) -> Sequence[Record]:
        return [record for record in self.records if record.suite == suite]

    def array(self, record: Record, name: str) -> Array:
        self._reads[record.cell, "arrays"].add(name)
        return self._folder.array(record, name)


def reads_of(folder: Path, reads: Reads) -> None:
    """Judge every claim and draw every figure from a folder; note what that reads."""
    workspace, archive = open_workspace([], ROOT / "suites"), WatchedArchive(folder, reads)
    judged(workspace, archive)
    for plans in workspace.plans:
        for figure in plans.suite.figures:
            for profile in ("full", "quick"):
                records = records_of(plans.suite, plans.cases, archive, profile)
                figures.draw(figure, plans.suite, records, archive, figures.LIGHT)


def trim(machine: Path, suites: Sequence[str], reads: Reads) -> None:
    """Rewrite the lines and arrays of some suites without what is not read."""
    for path in of_records(machine):
        lines = [raw.rstrip(b"\n") for raw in path.read_bytes().splitlines()]
        kept = [_trimmed(line, machine, suites, reads) for line in lines]
        if kept != lines:
            Log(path, dict, dict).replace(kept)


def _trimmed(line: bytes, machine: Path, suites: Sequence[str], reads: Reads) -> bytes:
    values = object_of(unsealed(line).decode())
    assert sealed(text_of(values).encode()) == line, "a line must come back as it was"
    if values["suite"] not in suites:
        return line
    for field in {"series", "arrays", "samples"} & values.keys():
        given, wanted = values[field], reads.get((values["cell"], field), set())
        asked = reads.get((values["cell"], ASKED), set()) - wanted
        if field == "series":
            wanted = wanted | asked
        elif field == "samples":
            given = {name: [] if name in asked else value for name, value in given.items()}
            wanted = wanted | asked
        values[field] = {name: value for name, value in given.items() if name in wanted}
        if field == "arrays" and values[field] != given:
            _rewrite(machine, given, values[field])
    return sealed(text_of({key: value for key, value in values.items() if value != {}}).encode())


def _rewrite(machine: Path, given: Mapping[str, str], kept: Mapping[str, str]) -> None:
    (file,) = set(given.values())
    values = {name: arrays.read(machine, file, name) for name in kept}
    (machine / arrays.ARRAYS / file).unlink()
    arrays.save(machine, file.removesuffix(".npz"), values)


def main(suites: Sequence[str]) -> None:
    writing.svg = lambda sheet: "drawn"  # writing takes long
    machines = sorted(path for path in REFERENCE.iterdir() if path.is_dir())
    reads: Reads = defaultdict(set)
    for folder in (REFERENCE, *machines):
        reads_of(folder, reads)
    for machine in machines:
        trim(machine, suites, reads)


if __name__ == "__main__":
    main(sys.argv[1:])
