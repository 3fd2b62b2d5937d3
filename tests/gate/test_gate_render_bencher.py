import json
import math
import re

import gate_results as fake
import numpy as np
import pytest
from hypothesis import given, settings

from harness.gate.render import bencher
from harness.gate.values import Pair
from harness.lockstep.sample import Sample


def read(result):
    return json.loads(bencher.render(result))


def check_schema(found):
    """The JSON Schema of the format, as its reference page gives it."""
    for name, measures in found.items():
        assert isinstance(name, str)
        assert measures
        for slug, metric in measures.items():
            assert re.fullmatch("[a-z-]{1,64}", slug)
            assert set(metric) <= {"value", "lower_value", "upper_value"}
            assert all(math.isfinite(number) for number in metric.values())
            assert "value" in metric


def test_latency_is_in_nanoseconds_and_memory_in_bytes():
    raw = fake.pairs("a.py::test", [9.0] * 3, [0.085, 0.086, 0.084], peak=48e6)
    assert read(fake.result(pairs=tuple(raw))) == {
        "a.py::test": {"latency": {"value": 85e6}, "memory-taken": {"value": 48e6}}
    }


def test_bounds_are_order_statistics_once_there_are_enough_values():
    head = [0.01 * i for i in (5, 3, 8, 1, 9, 2, 7, 4, 6, 10)]
    raw = fake.pairs("a.py::test", [1.0] * 10, head)
    metric = read(fake.result(pairs=tuple(raw)))["a.py::test"]["latency"]
    # binomial tables: of 10 values the second and ninth cover 97.9 % of the medians
    assert metric == pytest.approx(
        {"value": 1e9 * np.median(head), "lower_value": 2e7, "upper_value": 9e7}
    )


@pytest.mark.parametrize(("n", "bounded"), [(1, False), (5, False), (6, True)])
def test_bounds_are_left_out_where_they_are_infinite(n, bounded):
    raw = fake.pairs("c", [1.0] * n, [float(i + 1) for i in range(n)])
    metric = read(fake.result(pairs=tuple(raw)))["c"]["latency"]
    assert ("lower_value" in metric) is ("upper_value" in metric) is bounded


def test_a_case_without_values_is_left_out():
    failed = Pair("c", 0, "base", Sample(1.0), Sample(error="broke"))
    assert read(fake.result(fake.decision("a", "missing"), pairs=(failed,))) == {}


def test_long_names_are_cut_and_stay_apart():
    cases = [f"{'x' * 2000}{end}" for end in "ab"]
    raw = [pair for case in cases for pair in fake.pairs(case, [1.0], [1.0])]
    names = list(read(fake.result(pairs=tuple(raw))))
    assert len(names) == 2
    assert [len(name) for name in names] == [1024, 1024]


@given(fake.results)
@settings(deadline=None)
def test_any_result_fits_the_schema(result):
    check_schema(read(result))
