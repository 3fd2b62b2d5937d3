import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import history_builders as make
import numpy as np
import pytest

from harness.figures import DARK, LIGHT
from harness.figures.history import history_picture, per_cent
from harness.gate.creep import findings

SVG = "{http://www.w3.org/2000/svg}"


def drawn(values, theme=LIGHT, **changes):
    series = make.series_of(values, **changes)
    return history_picture(series, findings(series), theme)


def texts(svg):
    root = ElementTree.fromstring(svg)  # noqa: S314 ours
    return ["".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")]


def test_a_step_is_marked_with_its_size_and_the_commits_are_named():
    said = texts(drawn([0.0] * 10 + [math.log(1.051)] * 10))
    assert "+5.1 %" in said
    assert make.commit(0)[:7] in said
    assert "Against v1" in said
    assert sum(re.fullmatch(r"[0-9a-f]{7}", text) is not None for text in said) <= 6


def test_noise_has_no_step_and_creep_a_line_of_its_own():
    dashed = "stroke-dasharray"
    assert dashed not in drawn(make.noise(3))
    assert drawn(make.crept(1, count=24)).count(dashed) == 1
    assert drawn(make.stepped(1)).count(dashed) == 1


def test_light_and_dark_differ_and_twice_is_the_same():
    values = make.stepped(1)
    light, dark = drawn(values, LIGHT), drawn(values, DARK)
    assert light != dark
    assert light == drawn(values, LIGHT)
    assert LIGHT.colour(0) in light
    assert DARK.colour(0) in dark


def test_one_point_and_open_intervals_can_be_drawn():
    assert texts(drawn([0.0]))
    assert texts(drawn([0.0, 1.5], low=0.0, high=math.inf))
    assert texts(drawn([0.0, 0.1], low=None, high=None))


def test_what_the_gate_flagged_is_open():
    series = make.series_of(make.noise(3))
    first, *others = series.points
    flagged = replace(series, points=(replace(first, verdict="regressed"), *others))
    page = f"fill: {LIGHT.page}"
    plain = history_picture(series, findings(series), LIGHT)
    assert page not in plain
    assert page in history_picture(flagged, findings(flagged), LIGHT)


@pytest.mark.parametrize("value", [-0.1, 0.0, 0.05, 2.0])
def test_log_ratios_are_drawn_as_per_cent(value):
    assert per_cent(value) == pytest.approx(100 * (np.exp(value) - 1))
