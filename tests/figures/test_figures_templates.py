import numpy as np
import pytest

from harness.errors import NothingMeasured
from harness.figures.estimate import over_examples, over_samples, over_seeds
from harness.figures.images import as_pictures
from harness.figures.select import groups, ordered
from harness.types import Interval


def test_colour_templates_are_channels_first():
    weights = np.zeros((1, 12))
    weights[0, 4:8] = 1.0  # the second channel
    picture = as_pictures(weights)
    assert picture.shape == (1, 2, 2, 3)
    assert picture[0, :, :, 1].min() == 1.0
    assert picture[0, :, :, 0].max() == 0.0


def test_grey_templates_are_square_and_scaled():
    picture = as_pictures(np.arange(16.0).reshape(1, 16))
    assert picture.shape == (1, 4, 4)
    assert (picture.min(), picture.max()) == (0.0, 1.0)


def test_constant_templates_do_not_divide_by_zero():
    assert np.isfinite(as_pictures(np.ones((2, 9)))).all()


def test_other_lengths_are_refused():
    with pytest.raises(NothingMeasured, match="got 7 instead"):
        as_pictures(np.zeros((2, 7)))


def test_seeds_get_a_t_interval():
    estimate = over_seeds([1.0, 2.0, 3.0])
    assert estimate.value == 2.0
    # t(0.975, 2) = 4.302652..., s = 1
    assert estimate.half == pytest.approx(4.302652729911275 / np.sqrt(3))
    assert over_seeds([1.0]).interval is None


def test_values_that_are_not_finite_are_counted_not_averaged():
    estimate = over_seeds([1.0, np.inf, np.nan])
    assert np.isnan(estimate.value)
    assert estimate.text("") == "2 of 3 diverged"


def test_binary_examples_get_clopper_pearson():
    estimate = over_examples(np.array([1] * 8 + [0] * 2, np.uint8))
    # Clopper & Pearson: 8 of 10 at 95 %
    assert estimate.interval.low == pytest.approx(0.4439045, abs=1e-6)
    assert estimate.interval.high == pytest.approx(0.9747893, abs=1e-6)


def test_other_examples_get_a_t_interval():
    assert over_examples(np.array([1.0, 2.0, 3.0])).half == pytest.approx(2.484138, abs=1e-6)


def test_few_samples_give_their_range_at_the_level_it_has():
    estimate = over_samples([3.0, 1.0, 2.0])
    assert (estimate.value, estimate.interval) == (2.0, Interval(1.0, 3.0, 0.75))
    assert over_samples([1.0]).interval is None
    assert over_samples(range(20)).interval.level == 0.95


def test_axis_values_are_ordered_as_numbers():
    assert ordered(["512", "32", "128"]) == ("32", "128", "512")
    assert ordered([10, 2.5, "full", 1]) == (1, 2.5, 10, "full")


def test_no_records_have_no_groups():
    assert groups((), archive=None) == ()
