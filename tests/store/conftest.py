import lines_of
import pytest

from harness.lines import Log
from harness.store.store import environments_log
from harness.types import Environment, Record


@pytest.fixture
def record():
    return Record(
        cell="c1",
        case="k1",
        suite="s",
        experiment="train",
        axes={"backend": "numpy", "device": "cpu"},
        seed=0,
        status="ok",
        reason="",
        environment="e1",
        metrics={"test_accuracy": 0.5},
        started="2026-01-01T00:00:00.000+00:00",
    )


@pytest.fixture
def environment():
    return Environment("e1", "k1", "x86_64, 2 cores", {"python": "3.11"})


@pytest.fixture(scope="session")
def write_old():
    """Write records as earlier versions did: of all suites into one file, in format 1."""

    def write(folder, environment, records, name="records.jsonl"):
        folder.mkdir(exist_ok=True)
        if not (folder / "environments.jsonl").exists():
            environments_log(folder).append(environment)
        for record in records:
            Log(folder / name, lines_of.old, lines_of.read_old).append(record)

    return write
