"""A difference planted in each stage is found, named, and laid to what is likely."""

from dataclasses import replace

import pytest

from harness.audit import compared
from harness.audit.findings import NOTHING
from harness.types import DataUsed, Series


def digests(record, **changed):
    """Return a record that differs in a stage, and so in all that follow."""
    after = {n: f"{v}x" for n, v in record.digests.items()}
    first = list(record.digests).index(next(iter(changed)))
    kept = {n: v for at, (n, v) in enumerate(record.digests.items()) if at < first}
    metrics = {**record.metrics, "test_accuracy": 0.25}
    return replace(record, digests={**after, **kept, **changed}, metrics=metrics)


def curve(record, *y):
    series = {**record.series, "train_loss": Series((1.0, 2.0, 3.0), y)}
    return replace(record, series=series, digests={**record.digests, "losses": "lx"})


def without(record, *names):
    return replace(record, digests={n: v for n, v in record.digests.items() if n not in names})


PLANTED = {
    "data": lambda r: digests(r, data="dx"),
    "initial weights": lambda r: digests(r, initial_weights="wx"),
    "batch order": lambda r: digests(r, batch_order="bx"),
    "first step": lambda r: digests(r, first_step="sx"),
    "epoch 2": lambda r: curve(r, 2.0, 1.0000001, 0.6),
    "epoch 3": lambda r: curve(r, 2.0, 1.0, float("nan")),
    "losses": lambda r: digests(r, losses="lx"),
    "final weights": lambda r: digests(r, final_weights="zx"),
    "test_loss at 1": lambda r: replace(
        r, series={**r.series, "test_loss": Series((1.0,), (2.6,))}
    ),
    "metric test_accuracy": lambda r: replace(r, metrics={**r.metrics, "test_accuracy": 0.6}),
    "how it ended": lambda r: replace(r, status="diverged", reason="x"),
}


@pytest.mark.parametrize("stage", PLANTED)
def test_a_planted_difference_is_found_and_named(record, environment, stage):
    found = compared(record, PLANTED[stage](record), environment, environment)
    assert found.first is not None
    assert (found.first.name, found.outcome, found.promise) == (stage, "broken", "bits")


def test_the_same_is_equal_and_times_are_no_stage(record, environment):
    slower = replace(
        record, metrics={**record.metrics, "seconds": 9.0}, samples={"seconds": (9.0,)}
    )
    found = compared(record, slower, environment, environment)
    assert (found.outcome, found.first, found.cause) == ("equal", None, "")
    assert found.stages == 6 + 3 + 1 + 2 + 1  # digests, epochs, other curve, metrics, status
    timed = replace(
        without(record, *record.digests), series={}, data=None, metrics={"seconds": 1.0}
    )
    other = replace(timed, metrics={"seconds": 2.0})
    assert compared(timed, other, environment, environment).outcome == "only times"


def test_older_records_are_compared_by_what_they_have(record, environment):
    old = without(record, "first_step", "losses")
    other = replace(record, metrics={**record.metrics, "initial_loss": 2.4})
    found = compared(old, other, environment, environment)
    assert (found.first.name, found.first.one, found.first.other) == ("first step", "2.3", "2.4")
    no_digest = replace(without(record, "data"), data=replace(record.data, fingerprint="f2"))
    assert compared(record, no_digest, environment, environment).first.name == "data"


def test_arrays_are_compared_where_they_can_be_read(record, environment):
    held = replace(record, arrays={"weights": "c1.npz"})
    other = replace(held, cell="c2")
    found = compared(held, other, environment, environment, arrays=lambda r, name: r.cell + name)
    assert found.first.name == "array weights"
    lost = compared(held, other, environment, environment, arrays=lambda r, name: "")
    assert lost.outcome == "equal"


CAUSES = [
    ("data", {"pillow": ("11", "12"), "blas": ("a", "b")}, "pillow: 11, then 12"),
    ("initial weights", {"numpy": ("2.0", "2.1"), "blas": ("a", "b")}, "numpy: 2.0, then 2.1"),
    ("first step", {"blas": ("openblas Haswell", "openblas SkylakeX")},
     "blas: openblas Haswell, then openblas SkylakeX"),
    ("first step", {"blas_threads": ("1", "4")}, "blas_threads: 1, then 4"),
    ("epoch 2", {"torch": ("2.13", "2.14"), "pillow": ("11", "12")}, "torch: 2.13, then 2.14"),
    ("epoch 2", {"cpu_flags": ("avx2 fma", "avx2 avx512f fma")}, "cpu_flags: avx512f then"),
    ("final weights", {"commit": ("1", "2")}, "commit: 1, then 2"),
    ("final weights", {"edits": ("ab", "cd")}, "edits: ab, then cd"),
    ("batch order", {"dirty": ("no", "yes")}, "code of the harness that was edited and not comm"),
    ("batch order", {}, NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "facts", "cause"), CAUSES)
def test_the_likely_cause_bears_on_the_stage(record, environment, stage, facts, cause):
    here = replace(
        environment, facts={**environment.facts, **{n: a for n, (a, _) in facts.items()}}
    )
    there = replace(
        environment, facts={**environment.facts, **{n: b for n, (_, b) in facts.items()}}
    )
    found = compared(record, PLANTED[stage](record), here, there)
    assert found.cause.startswith(cause)


def test_what_the_records_say_themselves_comes_first(record, environment):
    cuda = replace(PLANTED["first step"](record), axes={"backend": "torch", "device": "cuda"})
    found = compared(record, cuda, environment, environment)
    assert (found.cause, found.outcome) == ("device: cpu, then cuda", "differs")
    beside = replace(PLANTED["epoch 2"](record), mode="together")
    found = compared(record, beside, environment, environment)
    assert (found.cause, found.outcome) == ("trained alone, then beside other cells", "differs")
    jpeg = DataUsed("mnist", "mnist-jpeg", "f2", same_images=False)
    found = compared(record, replace(PLANTED["data"](record), data=jpeg), environment, environment)
    assert found.cause == "data: mnist, then mnist-jpeg"
    edited = replace(PLANTED["losses"](record), code={"own.py": "2"})
    found = compared(replace(record, code={"own.py": "1"}), edited, environment, environment)
    assert found.cause == "code: own.py edited"


def test_bits_are_promised_on_a_processor_of_one_class_alone(record, environment):
    def promise(one=record, other=record, there=environment):
        return compared(one, other, environment, there).promise

    cuda = replace(record, axes={**record.axes, "device": "cuda"})
    threads = replace(environment, facts={"blas_threads": "2"})
    assert promise() == promise(there=threads) == "bits"
    assert promise(there=replace(environment, klass="k2")) == "distribution"
    assert promise(cuda, cuda) == promise(other=cuda) == "distribution"
    assert promise(other=replace(record, mode="together")) == "distribution"
    plain = replace(record, axes={})
    assert promise(plain, plain) == "bits"


def test_a_cell_that_does_not_end_is_not_compared(record, environment):
    failed = replace(record, status="skipped", reason="no CUDA device")
    found = compared(record, failed, environment, environment)
    assert (found.outcome, found.reason) == ("not run", "skipped: no CUDA device")
