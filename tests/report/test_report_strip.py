import math

import fake_verdicts
import pytest

from harness.report.strip import WIDTH, distance, strip
from harness.types import Grounds, Interval


def one(measured, grounds):
    return fake_verdicts.finding("contradicted", measured=measured, grounds=grounds)


def drawn(*findings, unit=""):
    return strip(fake_verdicts.verdict("c", "contradicted", unit=unit, findings=findings), unit)


def test_a_strip_has_band_size_interval_and_every_run_in_order():
    on = Grounds(Interval(1.5, 2.5, 0.9), 8.0, 10.0, 9.0, (1.0, 2.0, 3.0))
    found = drawn(one(2.0, on))
    (lane,) = found.lanes
    assert lane.values == (1.0, 2.0, 3.0)
    assert found.reach[0] < 1.0
    assert 0 < lane.low < lane.middle < lane.high
    assert lane.high < found.band[0] < found.size < found.band[1] < WIDTH


def test_an_open_band_reaches_the_end_and_what_has_no_numbers_has_no_lane():
    on = Grounds(None, 0.5, math.inf)
    found = drawn(one(0.2, on), fake_verdicts.finding("not-run", measured=None, grounds=None))
    assert found.band[1] == WIDTH
    assert found.size is None
    assert found.lanes[1] is None
    assert drawn(fake_verdicts.finding("not-run", measured=None)) is None


def test_numbers_of_many_sizes_are_drawn_by_factors_and_shares_never():
    on = Grounds(Interval(9.0, 11.0, 0.95), 9000.0, 11000.0, 10000.0)
    far, share = drawn(one(10.0, on)), drawn(one(0.001, Grounds(None, 0.9, 1.0)), unit="fraction")
    assert far.lanes[0].high - far.lanes[0].low > 10
    assert share.lanes[0].middle == pytest.approx(0, abs=70)


@pytest.mark.parametrize(("small", "large"), [(1.0, 1e300), (1e-300, 1.0), (5e-324, 1e308)])
def test_numbers_near_the_ends_of_what_a_computer_counts_have_places(small, large):
    found = drawn(one(large, Grounds(None, 0.9 * small, 1.1 * small, small)))
    assert found.log
    assert 0 <= found.size < found.lanes[0].middle <= WIDTH
    assert all(math.isfinite(end) and end > 0.0 for end in found.reach)
    assert len(found.ticks) > 1


def test_infinite_values_lie_at_the_end():
    found = drawn(one(math.inf, Grounds(None, 1.0, 2.0, values=(math.inf, 1.5))))
    assert found.lanes[0].middle == WIDTH
    assert found.lanes[0].values[0] == math.inf


def test_distance_is_in_half_widths_of_the_band():
    assert distance(one(13.0, Grounds(None, 9.0, 11.0, 10.0))) == 3.0
    assert distance(one(1.0, Grounds(None, 1.0, 1.0, 1.0))) == 0.0
    assert distance(one(2.0, Grounds(None, 1.0, 1.0, 1.0))) == math.inf
    assert distance(one(2.0, Grounds(None, 1.0, math.inf))) is None
