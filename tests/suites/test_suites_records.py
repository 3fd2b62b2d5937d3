"""The reference holds what was measured, in whichever files: ids, statuses and metrics by suite.

``python tests/suites/test_suites_records.py`` writes the digests anew, after cells were run again.
"""

import hashlib
import json
from pathlib import Path

from harness.lines import text_of
from harness.store.store import StoreFolder

HELD = Path(__file__).with_name("records.json")
REFERENCE = HELD.parent.parent.parent / "results" / "reference"


def digests(folder):
    """Return cells and a digest by suite."""
    found = {}
    for record in StoreFolder(folder).records:
        measured = {
            "case": record.case,
            "cell": record.cell,
            "status": record.status,
            "metrics": dict(sorted(record.metrics.items())),
        }
        found.setdefault(record.suite, []).append(text_of(measured))
    return {
        suite: f"{len(texts)} {hashlib.sha256(''.join(sorted(texts)).encode()).hexdigest()[:16]}"
        for suite, texts in sorted(found.items())
    }


def of_machines():
    return {path.name: digests(path) for path in sorted(REFERENCE.iterdir())}


def test_ids_statuses_and_metrics_of_the_reference_are_as_they_were():
    found, held = of_machines(), json.loads(HELD.read_text())
    moved = [
        f"{machine}/{suite}"
        for machine in {*found, *held}
        for suite in {**found.get(machine, {}), **held.get(machine, {})}
        if found.get(machine, {}).get(suite) != held.get(machine, {}).get(suite)
    ]
    assert not moved, f"cells of these suites are not as they were: {sorted(moved)}; {__doc__}"


if __name__ == "__main__":
    HELD.write_text(json.dumps(of_machines(), indent=1) + "\n")
