"""``initializers``: what PyTorch documents of its initialisers."""

import pytest
from facts_played import play

pytest.importorskip("torch")


def test_spreads_follow_the_documented_formulas():
    found = play("initializers", inputs=600, outputs=200, units=64)
    # uniform on +-1/sqrt(fan_in) has standard deviation 1/sqrt(3 fan_in)
    assert found["linear_default"] == pytest.approx(3**-0.5, rel=0.01)
    assert found["conv2d_default"] == pytest.approx(3**-0.5, rel=0.03)
    assert found["xavier_normal"] == pytest.approx((2 * 600 / 800) ** 0.5, rel=0.01)
    assert found["kaiming_normal"] == pytest.approx(2**0.5, rel=0.01)
