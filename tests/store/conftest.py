import pytest

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
