"""The program that holds cells to bare processes; how long either takes is not asked here."""

import clock
import pytest

from harness.experiments.timing.kernels import KERNELS


def test_every_variant_that_runs_on_a_processor_is_held_to_a_bare_process():
    pytest.importorskip("torch")
    found = {(t.kernel, t.variant, t.backend) for t in clock.things([])}
    kernels = dict(KERNELS.items())
    assert found == {
        (name, variant, backend)
        for name, kernel in kernels.items()
        if "cpu" in kernel.devices
        for backend, variants in kernel.variants.items()
        for variant in variants
    }
    assert set(clock.WRITTEN) <= found


def test_the_sizes_are_settings_of_their_kernels():
    for thing in clock.things([]):
        assert KERNELS.get(thing.kernel).params(**thing.params)
        compile(thing.program, str(thing), "exec")


def test_words_choose():
    chosen = [str(thing) for thing in clock.things(["matmul matmul, numpy"])]
    assert chosen == ["matmul matmul, numpy, small", "matmul matmul, numpy, large"]


@pytest.mark.parametrize(
    "name", ["matmul matmul, numpy, small", "hinge_loss no_loop, numpy, small"]
)
def test_a_bare_process_says_how_long_it_took(name):
    (thing,) = clock.things([name])
    assert 0 < clock.bare(thing).seconds < 60


@pytest.mark.parametrize(
    ("ends", "fastest", "found"),
    [
        ((0.95, 1.05), 1.0, "within"),
        ((0.85, 1.05), 1.0, "open"),
        ((1.11, 1.3), 1.2, "APART"),
        ((0.5, 0.8), 0.7, "APART"),
        ((1.11, 1.3), 1.02, "open"),
    ],
)
def test_a_ratio_is_judged_by_its_whole_interval_and_by_the_fastest(ends, fastest, found):
    assert clock.verdict(*ends, fastest) == found
