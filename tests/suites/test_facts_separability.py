"""Classes that a hyperplane parts, and classes that none can."""

import numpy as np
import pytest
from facts_played import FACTS

from harness.datasets.parts import Parts
from harness.errors import DataUnfit


def decided(x, y, **params):
    x, y = np.asarray(x), np.asarray(y)
    return dict(FACTS["separability"](Parts(x, y, x[:0], y[:0], x[:0], y[:0]), **params))


def test_and_is_separable_and_exclusive_or_is_not():
    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    assert decided(corners, [0, 0, 0, 1])["separable"] == 1.0
    assert decided(corners, [0, 1, 1, 0])["separable"] == 0.0


def test_more_features_than_examples_always_separate_but_equal_examples_never():
    x = np.random.default_rng(0).standard_normal((20, 40))
    y = np.arange(20) % 2
    assert decided(x, y)["separable"] == 1.0
    x[1] = x[0]
    assert decided(x, y)["separable"] == 0.0


def test_other_classes_and_inputs_that_are_always_0_are_left_out():
    found = decided([[0.0, 1.0, 5.0], [0.0, 2.0, 5.0], [9.0, 9.0, 5.0]], [3, 1, 2], first_class=3)
    assert found == {"separable": 1.0, "examples": 2.0, "features": 2.0}


def test_a_class_without_examples_is_named():
    with pytest.raises(DataUnfit, match="got 7, which has none"):
        decided([[0.0], [1.0]], [0, 1], second_class=7)
