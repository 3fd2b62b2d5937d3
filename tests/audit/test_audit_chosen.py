"""Which stored cells are run again."""

import numpy as np
import pytest

from harness.audit.chosen import Size, drawn, size


@pytest.mark.parametrize(
    ("text", "cells"), [("5%", 5), ("100%", 100), ("0.1%", 1), ("7", 7), ("500", 100), (" 1 ", 1)]
)
def test_a_sample_is_a_share_or_a_number(text, cells):
    assert size(text).of(100) == cells


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-3", "1.5", "x", "5 %%"])
def test_another_sample_is_refused(text):
    with pytest.raises(ValueError, match="must be a share such as 5%, or how many cells"):
        size(text)


def test_a_sample_is_drawn_without_repetition_and_in_order():
    cells = [(number, None) for number in range(50)]
    found = drawn(cells, Size(most=20), np.random.default_rng(0))
    assert found == sorted(set(found))
    assert len(found) == 20
    assert drawn([], Size(), np.random.default_rng(0)) == []
