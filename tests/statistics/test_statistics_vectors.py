"""Ratios of pairs."""

from __future__ import annotations

import math

import pytest

from harness import statistics as hs


def test_log_ratio_takes_positive_pairs() -> None:
    assert hs.log_ratio([2.0, 8.0], [1.0, 2.0]) == pytest.approx([math.log(2), math.log(4)])
    assert hs.log_ratio([1e300], [1e-300])[0] == pytest.approx(600 * math.log(10))
    with pytest.raises(ValueError, match="got 1 pairs"):
        hs.log_ratio([0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="equal lengths"):
        hs.log_ratio([0.5, 1.0], [1.0])
