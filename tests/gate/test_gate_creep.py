import math
from dataclasses import replace

import history_builders as make
import numpy as np
import pytest

from harness.gate.creep import LEAST, findings, survey
from harness.gate.units import change, worse
from harness.gate.values import QUANTITIES


def found_in(log_ratios):
    return findings(make.series_of(log_ratios))


@pytest.mark.parametrize("count", range(1, LEAST))
def test_a_few_points_are_asked_nothing(count):
    few = found_in([0.01 * number for number in range(count)])
    assert few.text == f"too few commits ({count} of 6)"
    assert (few.steps, few.creep, few.worse) == ((), None, False)


def test_a_step_is_named_by_its_commit_and_size():
    finding = found_in([0.0, 0.001, -0.001, 0.0, 0.0] * 2 + [math.log(1.051)] * 10)
    (step,) = finding.steps
    assert step.index == 10
    assert step.ratio == pytest.approx(1.051)
    assert finding.worse
    assert finding.text == f"+5.1 % at {make.commit(10)[:7]} (p = 0.002)"
    assert step.p_value <= 0.002


def test_steps_of_five_per_cent_in_one_per_cent_of_noise_are_found():
    found = [found_in(make.stepped(seed)) for seed in range(20)]
    assert sum(12 in [step.index for step in one.steps] for one in found) >= 18
    assert all(one.worse for one in found if one.steps)
    sizes = [s.ratio for one in found for s in one.steps if s.index == 12]
    assert np.median(sizes) == pytest.approx(1.05, abs=0.01)


def test_creep_of_half_a_per_cent_a_commit_is_found():
    found = [found_in(make.crept(seed)) for seed in range(20)]
    assert all(one.worse for one in found)
    crept = [one.creep for one in found if one.creep]
    assert len(crept) >= 16
    assert np.median([creep.ratio for creep in crept]) == pytest.approx(1.005, abs=0.0005)
    assert np.median([creep.rise for creep in crept]) == pytest.approx(1.0997, abs=0.01)
    assert all(c.interval.low < c.ratio < c.interval.high for c in crept)


def test_creep_is_said_with_its_slope_and_its_rise():
    finding = found_in(np.log(1.005) * np.arange(20))
    assert finding.steps == ()
    assert finding.text.startswith("creep: +0.50 % a commit, +9.9 % over 20 commits (p < 0.0001)")


def test_creep_towards_faster_is_no_alarm():
    finding = found_in(-make.crept(1))
    assert finding.creep.ratio < 1.0
    assert "creep: \u22120.4" in finding.text
    assert not finding.worse


def test_a_trend_below_the_margin_is_no_creep():
    finding = found_in(0.0004 * np.arange(20))  # without noise, 0.76 % in all
    assert finding.creep is None
    assert not finding.worse


@pytest.mark.parametrize("draw", ["normal", "heavy"])
def test_noise_has_a_finding_no_more_often_than_the_level(draw):
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(200):
        noise = rng.normal(size=20) if draw == "normal" else rng.standard_t(2, 20)
        finding = found_in(0.01 * noise)
        alarms += bool(finding.steps or finding.creep)
    assert alarms <= 18  # 10 expected at most; 19 or more then have a probability of 0.6 %


def test_a_step_is_no_creep_and_creep_no_stairs():
    assert found_in(make.stepped(2, 10, 0.1)).creep is None
    assert found_in(make.crept(2, 0.005, 40)).steps == ()


def test_a_step_that_was_made_good_is_no_longer_slower():
    pulse = make.noise(3, 24) + 0.1 * ((np.arange(24) >= 8) & (np.arange(24) < 16))
    finding = found_in(pulse)
    assert [step.index for step in finding.steps] == [8, 16]
    assert not finding.worse


def test_half_of_a_step_made_good_is_still_slower():
    levels = np.repeat([0.0, 0.1, 0.05], 8)
    assert found_in(make.noise(4, 24, 0.002) + levels).worse


def test_an_improvement_is_no_alarm_and_losing_it_is_one():
    assert not found_in(make.stepped(5, size=-0.1)).worse
    assert found_in(make.noise(4, 24, 0.002) + np.repeat([0.1, 0.0, 0.05], 8)).worse


def test_a_small_step_is_told_and_no_alarm():
    finding = found_in([0.0] * 10 + [0.002] * 10)  # memory hardly varies
    assert len(finding.steps) == 1
    assert "+0.2 %" in finding.text
    assert not finding.worse


def test_values_that_never_vary_have_no_finding():
    assert found_in([0.0] * 20).text == "no change found"


def test_a_step_at_which_libraries_changed_says_so():
    series = make.series_of([0.0] * 10 + [0.1] * 10)
    points = tuple(
        replace(point, environment="e1" if number < 10 else "e2")
        for number, point in enumerate(series.points)
    )
    finding = findings(replace(series, points=points))
    assert finding.steps[0].moved
    assert finding.text.endswith("), where libraries changed too")
    assert not findings(series).steps[0].moved


def test_series_looked_at_together_share_the_level():
    borderline = make.series_of([0.0, 0.01, 0.02, 0.0, 0.03, 0.04, 0.02, 0.05])
    assert findings(borderline).creep
    alone = survey([borderline, make.series_of([0.0, 0.1])])
    assert alone[0].creep, "a series too short to be asked takes no share"
    together = survey([borderline] * 8)
    assert [one.creep for one in together] == [None] * 8
    assert survey([]) == ()


@pytest.mark.parametrize(
    ("ratio", "places", "text"),
    [
        (1.0512, 1, "+5.1 %"),
        (0.9, 1, "\u221210.0 %"),
        (1.0, 1, "0.0 %"),
        (0.9999, 1, "0.0 %"),
        (1.005, 2, "+0.50 %"),
        (2.314, 1, "2.31\u00d7"),
        (0.25, 1, "0.25\u00d7"),
    ],
)
def test_a_ratio_is_said_as_a_change(ratio, places, text):
    assert change(ratio, places) == text


def test_more_time_is_slower_and_more_memory_larger():
    assert [worse(quantity) for quantity in QUANTITIES] == ["slower", "larger", "larger"]
