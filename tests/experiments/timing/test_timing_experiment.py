import itertools
import statistics

import numpy as np
import pytest
from experiment_fakes import (
    QUIET,
    CountingBackend,
    FakeBackend,
    FakeNetwork,
    context,
    images,
    targets,
)
from threadpoolctl import threadpool_info

from harness import environment
from harness.alone import IDLE, TRIES, Watch
from harness.backends import get
from harness.backends.host import limit_threads
from harness.config.data import Data
from harness.config.experiments import Knn, Timing
from harness.config.layers import Linear
from harness.config.model import Model
from harness.config.train import Train
from harness.errors import UsageError
from harness.experiments import batches, tasks, timing
from harness.timing import BETWEEN, Clock

MODEL = Model(hidden=(8,))
TRAIN = Train(loss="cross_entropy", lr=0.1, epochs=1, batch_size=16)


def run(table, backend, device="cpu", train=TRAIN, **tables):
    given = {"model": MODEL, "train": train, "timing": table, **tables}
    return timing.run(context(images(), backend, device, **given), QUIET)


def test_train_keeps_every_sample_and_their_medians():
    outcome = run(Timing(repeats=3), FakeBackend())
    counts = {name: len(values) for name, values in outcome.samples.items()}
    assert counts == {"epoch_s": 3, "step_s": 4, "latency_s": timing.LATENCIES}
    for name, values in outcome.samples.items():
        assert outcome.metrics[name] == statistics.median(values)
        assert all(value > 0 for value in values)
    assert outcome.metrics["throughput"] == 60 / outcome.metrics["epoch_s"]


def test_train_takes_the_steps_it_says():
    backend = FakeBackend()
    run(Timing(warmup=2, repeats=3), backend)
    # 60 examples in batches of 16 are 4 steps: 2 bursts, 3 epochs, 4 single steps.
    sizes = [x[0] for x, _ in backend.named("step")]
    assert sizes == [16, 16, 16, 12] * (2 + 3 + 1)
    assert len(backend.named("predict")) == timing.LATENCY_WARMUP + timing.LATENCIES
    assert {x for (x,) in backend.named("predict")} == {(1, 1, 4, 4)}


def test_an_epoch_synchronizes_at_its_ends_only():
    backend = FakeBackend()
    run(Timing(warmup=1, repeats=3), backend, "cuda")
    kinds = [call[0] for call in backend.calls if call[0] in ("step", "synchronize")]
    assert kinds[0] == "synchronize"  # before the clock; then the steps that warm up
    kinds = kinds[1:]
    epochs = kinds[4 : 4 + 3 * 6]
    assert epochs == (["synchronize"] + ["step"] * 4 + ["synchronize"]) * 3
    assert kinds[22 : 22 + 3 * 4] == ["synchronize", "step", "synchronize"] * 4
    assert {device for (device,) in backend.named("synchronize")} == {"cuda"}


def test_resident_data_are_put_once_and_gathered_on_the_device():
    backend = FakeBackend()
    run(Timing(workload="step", warmup=1, repeats=2), backend, "cuda")
    assert backend.named("put") == [((60, 1, 4, 4), "cuda", False), ((60,), "cuda", False)]
    assert backend.named("take") == [((16,),)] * 6
    assert backend.named("move") == []


def test_copied_batches_go_through_pageable_memory():
    backend = FakeBackend()
    run(Timing(workload="step", warmup=0, repeats=1, transfer="copy"), backend, "cuda")
    assert backend.named("put") == [((16, 1, 4, 4), "cpu", False), ((16,), "cpu", False)]
    assert backend.named("move") == [((16, 1, 4, 4), "cuda", False), ((16,), "cuda", False)]


def test_pinned_batches_are_moved_without_waiting():
    backend = FakeBackend()
    run(Timing(workload="step", warmup=0, repeats=1, transfer="pinned"), backend, "cuda")
    assert backend.named("put") == [((16, 1, 4, 4), "cuda", True), ((16,), "cuda", True)]
    assert backend.named("move") == [((16, 1, 4, 4), "cuda", True), ((16,), "cuda", True)]


def test_on_cpu_everything_is_resident():
    backend = FakeBackend()
    run(Timing(workload="step", warmup=0, repeats=1, transfer="pinned"), backend)
    assert backend.named("move") == []
    assert backend.named("take") == [((16,),)] * 2


def test_step_times_single_steps_only():
    backend = FakeBackend()
    outcome = run(Timing(workload="step", warmup=2, repeats=7), backend)
    assert {name: len(values) for name, values in outcome.samples.items()} == {"step_s": 7}
    assert len(backend.named("step")) == 9
    assert backend.named("predict") == []
    assert outcome.metrics["train_loss"] == 0.5


def test_a_full_batch_gathers_nothing():
    backend = FakeBackend()
    train = Train(loss="cross_entropy", lr=0.1, steps=1, batch_size="full")
    run(Timing(workload="step", repeats=2), backend, train=train)
    assert backend.named("take") == []
    assert backend.named("step") == [((60, 1, 4, 4), (60,))] * 3


def test_neighbors_times_one_search_for_the_largest_k():
    backend = FakeBackend()
    table = Timing(workload="neighbors", warmup=1, repeats=3)
    outcome = run(table, backend, knn=Knn(n_neighbors=(1, 7)))
    assert backend.named("neighbors") == [((60, 16), (20, 16), 7, "no_loop")] * 4
    assert len(outcome.samples["seconds"]) == 3
    assert outcome.metrics["seconds"] == statistics.median(outcome.samples["seconds"])


def test_the_declared_threads_are_used():
    backend = FakeBackend()
    run(Timing(workload="step", repeats=1, threads=3), backend)
    run(Timing(workload="step", repeats=1), backend)
    assert backend.named("threads") == [(3,), (environment.cores(),)]


def test_the_peak_of_the_device_is_that_of_the_epochs():
    backend = CountingBackend()
    outcome = run(Timing(warmup=1, repeats=2), backend, "cuda")
    assert outcome.metrics["device_peak"] == 4096.0
    kinds = [call[0] for call in backend.calls if call[0] in ("step", "reset_peak", "peak")]
    assert kinds == [*["step"] * 4, "reset_peak", *["step"] * 8, "peak", *["step"] * 4]


def test_a_device_that_does_not_count_has_no_peak():
    assert "device_peak" not in run(Timing(repeats=1), CountingBackend()).metrics
    assert "device_peak" not in run(Timing(repeats=1), FakeBackend()).metrics


class Hands:
    """Clocks moved by hand: a second of work takes `cpu` of the process and waits for `waited`."""

    def __init__(self, cpu=1.0, waited=0.0):
        self.wall = self.cpu = self.waited = 0.0
        self.shares = (cpu, waited)

    def work(self, seconds=1.0):
        self.wall += seconds
        self.cpu += seconds * self.shares[0]
        self.waited += seconds * self.shares[1]

    def sleep(self, seconds):
        self.wall += seconds

    def watch(self):
        clock = Clock(lambda: self.wall, lambda: self.cpu, lambda: self.waited)
        return Watch(clock, self.sleep)


def timed(monkeypatch, shares, device="cpu"):
    """Time steps that take a second each; attempt by attempt with other shares of cpu, waiting."""
    hands, backend, left = Hands(), FakeBackend(), iter(shares)
    monkeypatch.setattr(FakeNetwork, "step", lambda _self, _x, _y: hands.work() or 0.5)

    def built(*arguments):
        hands.shares = next(left)
        return BUILD(*arguments)

    monkeypatch.setattr(tasks, "build", built)
    table = Timing(workload="step", warmup=0, repeats=3, threads=1)
    given = {"model": MODEL, "train": TRAIN, "timing": table}
    return timing.run(context(images(), backend, device, **given), hands.watch())


BUILD = tasks.build
ALONE, BESIDE = (1.0, 0.0), (0.5, 0.5)


def test_a_cell_that_was_alone_is_measured_once(monkeypatch):
    metrics = timed(monkeypatch, [ALONE]).metrics
    assert (metrics["alone"], metrics["tries"], metrics["contended"]) == (1.0, 1.0, 0.0)


def test_a_cell_that_was_not_alone_is_measured_again(monkeypatch):
    outcome = timed(monkeypatch, [BESIDE, BESIDE, ALONE])
    assert (outcome.metrics["alone"], outcome.metrics["tries"]) == (1.0, 3.0)
    assert outcome.samples["step_s"] == (1.0, 1.0, 1.0)
    assert outcome.metrics["waited"] == 0.0


def test_a_cell_that_never_was_alone_says_so(monkeypatch):
    metrics = timed(monkeypatch, [BESIDE] * TRIES).metrics
    assert metrics["alone"] == 0.0
    assert 1.0 < metrics["tries"] <= TRIES
    assert metrics["waited"] == 0.5


def test_a_device_may_sleep_but_not_wait(monkeypatch):
    sleeping = timed(monkeypatch, [(0.1, 0.0)], "cuda").metrics
    assert (sleeping["alone"], sleeping["tries"]) == (1.0, 1.0)
    assert timed(monkeypatch, [(0.1, 0.3)] * TRIES, "cuda").metrics["alone"] == 0.0


def test_whoever_takes_turns_gets_the_repeats_asked_for(monkeypatch):
    token = BETWEEN.set(lambda: None)
    try:
        metrics = timed(monkeypatch, [BESIDE]).metrics
    finally:
        BETWEEN.reset(token)
    assert (metrics["alone"], metrics["tries"]) == (0.0, 1.0)


def test_only_the_library_that_is_timed_has_threads(monkeypatch):
    asked = []
    monkeypatch.setattr(timing, "limit_threads", lambda count: asked.append(("blas", count)))
    backend = FakeBackend()
    monkeypatch.setattr(backend, "threads", lambda count: asked.append(("library", count)))
    run(Timing(workload="step", repeats=1, threads=3), backend)
    assert asked == [("blas", 1), ("library", 3)]


def test_a_blas_that_spun_before_the_clock_sleeps_when_it_starts():
    backend = get("torch")
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    matrix = np.ones((300, 300))
    limit_threads(0)
    matrix @ matrix
    table = Timing(workload="step", repeats=1, threads=1)
    given = {"data": Data(dataset="fake", scale="unit"), "model": MODEL, "train": TRAIN}
    outcome = timing.run(context(images(), backend, timing=table, **given))
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert outcome.metrics["idle_use"] <= IDLE
    assert {pool["num_threads"] for pool in blas} <= {1}


def test_contention_is_said_of_cpu_only():
    on_cpu = run(Timing(repeats=1), FakeBackend()).metrics
    on_cuda = run(Timing(repeats=1), FakeBackend(), "cuda").metrics
    assert on_cpu["contended"] in (0.0, 1.0)
    assert "contended" not in on_cuda
    assert on_cpu["wall_over_cpu"] > 0
    assert on_cuda["wall_over_cpu"] > 0


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_real_backend_is_timed_and_really_trains(name):
    backend = get(name)
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    data = Data(dataset="fake", scale="unit")
    outcome = run(Timing(repeats=2, threads=1), backend, data=data)
    assert set(outcome.samples) == {"epoch_s", "step_s", "latency_s"}
    assert 0 < outcome.metrics["train_loss"] < 10


@pytest.mark.parametrize(
    ("table", "missing"),
    [("train", r"\[train\] is missing"), ("model", r"\[model\] is missing")],
)
def test_missing_tables_are_named(table, missing):
    given = {"model": MODEL, "train": TRAIN, table: None, "timing": Timing()}
    with pytest.raises(UsageError, match=missing):
        timing.run(context(images(), FakeBackend(), **given))


def test_neighbors_must_be_given_knn():
    with pytest.raises(UsageError, match=r"\[data\] and \[knn\]"):
        run(Timing(workload="neighbors"), FakeBackend())


def test_neighbors_beyond_the_examples_are_refused():
    with pytest.raises(UsageError, match=r"at most 60.* got 61"):
        run(Timing(workload="neighbors"), FakeBackend(), knn=Knn(n_neighbors=(61,)))


def rows(train, n, count, seed=0):
    rng = np.random.default_rng(seed)
    return list(itertools.islice(batches.draw(train, n, rng), count))


def test_an_epoch_is_one_pass_in_random_order():
    first, second = np.split(np.concatenate(rows(TRAIN, 60, 8)), 2)
    assert sorted(first) == sorted(second) == list(range(60))
    assert first.tolist() != second.tolist()


def test_drop_last_drops_the_short_batch():
    train = TRAIN.model_copy(update={"drop_last": True})
    assert [len(r) for r in rows(train, 60, 4)] == [16] * 4
    assert batches.steps_per_epoch(train, 60) == 3
    assert batches.examples_per_epoch(train, 60) == 48


def test_replacement_draws_batches_larger_than_the_data():
    train = TRAIN.model_copy(update={"sampling": "replacement", "batch_size": 100})
    (drawn,) = rows(train, 10, 1)
    assert drawn.shape == (100,)
    assert set(drawn) <= set(range(10))
    assert batches.examples_per_epoch(train, 10) == 100


def test_no_sampling_keeps_the_order():
    train = TRAIN.model_copy(update={"sampling": "none"})
    assert np.concatenate(rows(train, 20, 4)).tolist() == [*range(20)] * 2


def test_drop_last_of_the_only_batch_is_refused():
    train = TRAIN.model_copy(update={"drop_last": True, "batch_size": 61})
    with pytest.raises(UsageError, match=r"at most 60.* got 61"):
        batches.steps_per_epoch(train, 60)


def test_targets_of_regression_take_the_dtype_of_training():
    model = Model(layers=(Linear(out=1),))
    train = Train(loss="mse", lr=0.1, steps=1, dtype="float64")
    task = tasks.build(context(targets(), FakeBackend(), model=model, train=train), "a test")
    x, y = task.examples(first=7)
    assert x.shape == y.shape == (7, 1)
    assert x.dtype == y.dtype == np.float64
