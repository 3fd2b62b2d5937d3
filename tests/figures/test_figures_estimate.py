"""Estimates of pictures: the middles and intervals by which claims are judged."""

import fake_results as fake
import numpy as np
import pytest

from harness.claims import comparison
from harness.figures.estimate import of_metric, over_pairs, over_samples, over_seeds
from harness.statistics.spreads import BoundedMean, shown
from harness.types import Interval

RIGHT = np.array([1] * 8 + [0] * 2, np.uint8)
ONE, OTHER = [0.92, 0.95, 0.91, 0.97, 0.93, 0.96], [0.90, 0.96, 0.88, 0.93, 0.94, 0.91]


def of_runs(*answers: np.ndarray, kind: str):
    maker = fake.Maker()
    for seed, correct in enumerate(answers):
        maker.add("demo", "knn", {"k": 1}, seed, arrays={"correct": correct})
    archive = maker.archive()
    return of_metric(archive.records, "correct", archive, kind)


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
    assert over_pairs([1.0, np.inf], [0.5, np.inf], "real").lost == 1


def test_binary_examples_of_one_run_get_clopper_pearson():
    estimate = of_runs(RIGHT, kind="binary")
    # Clopper & Pearson: 8 of 10 at 95 %
    assert estimate.interval.low == pytest.approx(0.4439045, abs=1e-6)
    assert estimate.interval.high == pytest.approx(0.9747893, abs=1e-6)
    assert estimate.counted == "10 examples"


def test_other_examples_get_a_t_interval():
    assert of_runs(np.array([1.0, 2.0, 3.0]), kind="real").half == pytest.approx(2.484138, abs=1e-6)


def test_of_several_runs_the_share_of_right_answers_is_estimated():
    estimate = of_runs(RIGHT, RIGHT[1:], RIGHT[2:], kind="binary")
    shares = (8 / 10, 7 / 9, 6 / 8)
    assert estimate.value == pytest.approx(np.mean(shares))
    assert estimate.interval == shown(BoundedMean(shares))


def test_few_samples_give_their_range_at_the_level_it_has():
    estimate = over_samples([3.0, 1.0, 2.0])
    assert (estimate.value, estimate.interval) == (2.0, Interval(1.0, 3.0, 0.75))
    assert over_samples([1.0]).interval is None
    assert over_samples(range(20)).interval.level == 0.95


@pytest.mark.parametrize("kind", ["fixed", "binary", "share", "count", "real", "positive"])
def test_a_difference_is_drawn_as_it_is_judged(kind):
    a, b = ([round(x) for x in side] for side in (ONE, OTHER)) if kind == "binary" else (ONE, OTHER)
    judged = comparison.of_difference(np.array(a, float), np.array(b, float), kind, "seeds")
    drawn = over_pairs(a, b, kind)
    assert (drawn.value, drawn.interval) == (judged.measured, judged.shown())


def test_a_difference_of_shares_may_be_negative():
    estimate = over_pairs(OTHER, ONE, "share")
    assert -1.0 <= estimate.interval.low < estimate.value < 0.0 < estimate.interval.high


def test_differences_that_rounding_made_have_no_t_interval():
    estimate = over_pairs([0.91, 0.12, 0.77, 0.30], [0.90, 0.11, 0.76, 0.29], "real")
    assert (estimate.middle, estimate.interval.level) == ("median", 0.875)
