import pytest

from harness.types import DataUsed, Environment, Record


def made(seed, **changed):
    axes = {
        "experiment": "timing",
        "backend": "numpy",
        "device": "cpu",
        "n_train": "all",
        "lr": 0.1,
    }
    given = {
        "cell": f"c{seed}",
        "case": "k1",
        "suite": "s",
        "experiment": "timing",
        "axes": axes,
        "seed": seed,
        "status": "ok",
        "reason": "",
        "environment": "e1",
        "data": DataUsed("mnist", "mnist", "11", same_images=True),
        "metrics": {"accuracy": 0.1 + 0.2, "lr": 3.0},
        "samples": {"seconds": (0.5, 0.25, 1.0 + seed)},
        "wall_s": 2.5,
        "started": f"2026-01-0{seed + 1}T00:00:00.000+00:00",
    }
    return Record(**{**given, **changed})


@pytest.fixture
def records():
    other = {"axes": {**made(0).axes, "n_train": 5000}, "case": "k2", "samples": {}}
    return [
        made(0),
        made(1, metrics={"accuracy": float("inf"), "lr": float("nan")}),
        made(2, **other, metrics={"loss": 1e-300}, status="diverged", reason='at "x", y\n'),
    ]


@pytest.fixture
def environments():
    facts = {
        "processor": "AMD EPYC",
        "cores": "2",
        "python": "3.11.7",
        "commit": "ab",
        "dirty": "no",
    }
    return {"e1": Environment("e1", "k1", "x86_64, 2 cores", facts)}
