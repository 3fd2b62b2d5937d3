import numpy as np
import pytest

from harness.errors import NothingMeasured
from harness.figures.pictures import as_pictures
from harness.figures.select import groups, ordered


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


def test_axis_values_are_ordered_as_numbers():
    assert ordered(["512", "32", "128"]) == ("32", "128", "512")
    assert ordered([10, 2.5, "full", 1]) == (1, 2.5, 10, "full")


def test_no_records_have_no_groups():
    assert groups((), archive=None) == ()
