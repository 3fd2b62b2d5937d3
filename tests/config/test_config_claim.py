"""What a selection selects."""

import pytest

from harness.config.claim import function_name, selects


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
