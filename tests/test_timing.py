import statistics

import numpy as np
import pytest

from harness import timing
from harness.timing import Clock, Samples, contended, measure


class Ticks:
    """A clock whose hands are moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def work(wall, cpu, seconds, share):
    """Return a function that takes `seconds`, `share` of them on the processor."""

    def function():
        wall.now += seconds
        cpu.now += seconds * share

    return function


def test_every_repeat_is_kept_and_warmup_is_not():
    wall, cpu, calls = Ticks(), Ticks(), []

    def function():
        calls.append(None)
        wall.now += len(calls)
        cpu.now += 1.0

    samples = measure(function, warmup=2, repeats=3, clock=Clock(wall, cpu))
    assert len(calls) == 5
    assert samples.wall == (3.0, 4.0, 5.0)
    assert samples.cpu == (1.0, 1.0, 1.0)
    assert samples.median == 4.0


def test_the_device_has_finished_before_every_reading():
    wall, pending = Ticks(), []

    def synchronize():
        while pending:
            wall.now += pending.pop()

    samples = measure(
        lambda: pending.append(2.0),
        synchronize=synchronize,
        warmup=3,
        repeats=2,
        clock=Clock(wall, Ticks()),
    )
    assert samples.wall == (2.0, 2.0)  # the warm-up's six seconds are in neither


def test_an_undisturbed_process_is_not_contended():
    wall, cpu = Ticks(), Ticks()
    samples = measure(work(wall, cpu, 1.0, 0.98), repeats=4, clock=Clock(wall, cpu))
    assert samples.wall_over_cpu == pytest.approx(1 / 0.98)
    assert not samples.contended


def test_a_process_that_gets_half_a_core_is_contended():
    wall, cpu = Ticks(), Ticks()
    samples = measure(work(wall, cpu, 1.0, 0.5), repeats=4, clock=Clock(wall, cpu))
    assert samples.wall_over_cpu == 2.0
    assert samples.contended


def test_two_busy_threads_are_not_contended():
    assert not contended(wall=1.0, cpu=2.0)


def test_a_process_that_never_ran_is_contended():
    samples = Samples((1.0,), (0.0,))
    assert samples.wall_over_cpu == float("inf")
    assert samples.contended


def test_the_systems_clocks_see_real_work():
    samples = measure(lambda: sum(range(20_000)), warmup=1, repeats=3)
    assert len(samples.wall) == len(samples.cpu) == 3
    assert all(seconds > 0 for seconds in samples.wall)
    assert samples.median == statistics.median(samples.wall)


@pytest.mark.parametrize(("warmup", "repeats"), [(0, 0), (-1, 1)])
def test_counts_that_make_no_sense_are_refused(warmup, repeats):
    with pytest.raises(ValueError, match="repeats must be >= 1 and warmup >= 0"):
        measure(lambda: None, warmup=warmup, repeats=repeats)


def test_peak_rss_grows_with_what_was_touched_and_never_falls():
    before = timing.peak_rss()
    block = np.ones(40_000_000 + before, dtype=np.uint8)
    grown = timing.peak_rss()
    assert grown >= before + 30_000_000
    del block
    # Linux sums its page counts over processors lazily: a peak is exact to some pages only.
    assert timing.peak_rss() >= grown - 1_000_000


def test_the_kernels_kilobytes_are_bytes():
    assert timing._high_water_mark("VmPeak:\t 9 kB\nVmHWM:\t  123 kB\n") == 123 * 1024
