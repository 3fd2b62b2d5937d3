import pytest

from harness.types import DataUsed, Environment, Record, Series


@pytest.fixture
def record():
    return Record(
        cell="c1",
        case="k1",
        suite="s",
        experiment="train",
        axes={"backend": "torch", "device": "cpu"},
        seed=0,
        status="ok",
        reason="",
        environment="e1",
        data=DataUsed("mnist", "mnist", "f1", same_images=True),
        metrics={"initial_loss": 2.3, "test_accuracy": 0.5, "seconds": 1.5},
        series={
            "train_loss": Series((1.0, 2.0, 3.0), (2.0, 1.0, 0.5)),
            "test_loss": Series((1.0,), (2.5,)),
        },
        samples={"seconds": (1.5, 1.6)},
        digests={
            "data": "d1",
            "initial_weights": "w1",
            "batch_order": "b1",
            "first_step": "s1",
            "losses": "l1",
            "final_weights": "z1",
        },
    )


@pytest.fixture
def environment():
    facts = {
        "numpy": "2.0",
        "torch": "2.13",
        "blas": "openblas Haswell",
        "commit": "1",
        "dirty": "no",
    }
    return Environment("e1", "k1", "x86_64, 2 cores", facts)
