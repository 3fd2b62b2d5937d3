"""What a selection selects."""

import math

import pytest

from harness.config.claim import function_name, same, selects


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("bench/forest.py:accuracy", "accuracy"),
        ("package.module.measure", "measure"),
        ("package.module:measure", "measure"),
        ("train", "train"),
        ("", ""),
    ],
)
def test_a_function_has_the_last_name_of_its_place(place, name):
    assert function_name(place) == name
    assert selects({"experiment": name}, {"experiment": place})
    assert not selects({"backend": "numpy"}, {"backend": place})


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1, 1.0, True),
        (1, True, False),
        ("True", True, False),
        (True, True, True),
        (True, False, False),
        (784, "784", True),
        (784, "784.0", False),
        (0.1, "0.1", True),
        (0.0, -0.0, True),
        (math.nan, math.nan, True),
        (math.nan, float("nan"), True),
        (math.nan, "nan", True),
        (math.nan, 0.0, False),
        (math.inf, -math.inf, False),
        ("adam", "sgd", False),
    ],
)
def test_values_are_the_same_by_number_or_by_how_they_are_written(one, other, alike) -> None:
    assert same(one, other) == same(other, one) == alike
    assert selects({"lr": one}, {"lr": other}) == alike
