"""A clock is alone, or says that it is not: fakes whose hands are moved by the test."""

import math
from types import SimpleNamespace

import pytest

from harness import alone
from harness.alone import Traits, Watch, disturbed, had_company, until_alone, wait_until_idle
from harness.timing import BETWEEN, Clock, Samples, waited
from harness.types import Outcome


class Pool:
    """A process with a pool of `threads` threads that spin until `until`, as a BLAS does."""

    def __init__(self, threads=0, until=0.0):
        self.now = self.spun = 0.0
        self.threads, self.until = threads, until
        self.naps = []

    def sleep(self, seconds):
        self.naps.append(seconds)
        spinning = max(0.0, min(seconds, self.until - self.now))
        self.spun += self.threads * spinning
        self.now += seconds

    def watch(self):
        return Watch(Clock(lambda: self.now, lambda: self.spun, lambda: math.nan), self.sleep)


def test_an_idle_process_is_looked_at_once():
    pool = Pool()
    assert wait_until_idle(pool.watch()) == 0.0
    assert pool.naps == [alone.NAP]


@pytest.mark.parametrize("threads", [1, 15])
def test_a_pool_that_spins_is_waited_for(threads):
    pool = Pool(threads, until=0.05)
    assert wait_until_idle(pool.watch()) == 0.0
    assert pool.now >= 0.05 + alone.NAP
    assert pool.now < 0.05 + 3 * alone.NAP


def test_a_pool_that_never_sleeps_is_waited_for_in_vain_and_said():
    pool = Pool(1, until=math.inf)
    assert wait_until_idle(pool.watch()) == pytest.approx(1.0)
    assert alone.LONGEST_WAIT <= pool.now <= alone.LONGEST_WAIT + 2 * alone.NAP


ANY, SLEEPS, FORKS = Traits(), Traits(sleeps=True), Traits(sleeps=True, queues=True)


def samples(wall=1.0, cpu=1.0, waiting=0.0):
    return Samples((wall / 2, wall / 2), (cpu / 2, cpu / 2), waiting)


@pytest.mark.parametrize(
    ("before", "taken", "threads", "traits", "found"),
    [
        (0.0, samples(), 1, ANY, False),
        (0.0, samples(cpu=2.0), 2, ANY, False),
        (0.0, samples(cpu=0.97, waiting=0.03), 1, ANY, False),
        (0.4, samples(), 1, ANY, True),  # something spun when the clock started
        (0.0, samples(cpu=2.0), 1, ANY, True),  # a second thread was busy beside the only one
        (0.0, samples(cpu=2.0, waiting=0.5), 2, ANY, True),  # three threads on two processors
        (0.0, samples(cpu=0.5), 1, ANY, True),  # half a processor, on a system that tells no more
        (0.0, samples(cpu=0.5), 1, SLEEPS, False),  # it slept while its device worked
        (0.0, samples(cpu=0.5, waiting=0.5), 1, SLEEPS, True),  # it wanted to run and could not
        (0.0, samples(cpu=0.5, waiting=math.nan), 1, ANY, True),
        (0.0, samples(cpu=1.0, waiting=math.nan), 1, ANY, False),
        (0.0, samples(cpu=0.5, waiting=0.5), 1, FORKS, False),  # its own processes ran
        (0.0, samples(cpu=3.0, waiting=0.5), 1, FORKS, True),
        # Too short to tell: the processor time of a tick was booked into it.
        (0.0, samples(wall=1e-4, cpu=4e-3), 1, ANY, False),
    ],
)
def test_company_is_seen(before, taken, threads, traits, found):
    quiet = samples(1e-3, 1e-3)
    assert had_company(before, [quiet, taken], threads, traits) is found
    assert had_company(before, [taken, quiet], threads, traits) is found


def outcomes(pool, marks, seconds=0.1):
    """Return a measurement that takes `seconds` and is alone as `marks` say, one by one."""
    left = iter(marks)

    def measured():
        pool.now += seconds
        return Outcome(metrics={"alone": float(next(left)), "seconds": seconds})

    return measured


def test_a_cell_alone_is_measured_once():
    pool = Pool()
    assert until_alone(outcomes(pool, [1]), pool.watch()).metrics["tries"] == 1.0
    assert pool.naps == []


def test_a_cell_in_company_is_measured_again_after_a_growing_pause():
    pool = Pool()
    outcome = until_alone(outcomes(pool, [0, 0, 1]), pool.watch())
    assert outcome.metrics == {"alone": 1.0, "seconds": 0.1, "tries": 3.0}
    assert pool.naps == [alone.PAUSE, 2 * alone.PAUSE]


def test_a_cell_that_never_is_alone_ends_after_so_many_tries():
    pool = Pool()
    metrics = until_alone(outcomes(pool, [0] * alone.TRIES), pool.watch()).metrics
    assert (metrics["alone"], metrics["tries"]) == (0.0, float(alone.TRIES))


@pytest.mark.parametrize(
    ("seconds", "budget", "tries"), [(1.0, 5.0, 2), (1.0, 1.0, 1), (4, 300, 2)]
)
def test_no_try_begins_that_the_budget_cannot_hold(seconds, budget, tries):
    pool = Pool()
    marks = outcomes(pool, [0] * alone.TRIES, seconds)
    assert until_alone(marks, pool.watch(), budget).metrics["tries"] == tries
    assert pool.now <= max(seconds, min(budget / 2, alone.ENOUGH))


def test_nobody_adds_repeats_to_turns():
    pool, token = Pool(), BETWEEN.set(lambda: None)
    try:
        assert until_alone(outcomes(pool, [0]), pool.watch()).metrics["tries"] == 1.0
    finally:
        BETWEEN.reset(token)


def record(**metrics):
    return SimpleNamespace(metrics=metrics, samples={"step_s": (0.1,)})


def test_only_times_are_disturbed():
    beside = record(step_s=0.1, throughput=10.0, train_loss=0.5, alone=0.0)
    assert disturbed(beside, "step_s")
    assert disturbed(beside, "throughput")
    assert not disturbed(beside, "train_loss")
    assert not disturbed(record(step_s=0.1, alone=1.0, contended=0.0), "step_s")


def test_records_from_before_are_disturbed_where_they_were_contended():
    assert disturbed(record(step_s=0.1, contended=1.0), "step_s")
    assert not disturbed(record(step_s=0.1, contended=0.0), "step_s")
    assert not disturbed(record(step_s=0.1), "step_s")


def test_the_system_tells_how_long_threads_waited_or_nothing():
    first, second = waited(), waited()
    assert math.isnan(first) or 0.0 <= first <= second
