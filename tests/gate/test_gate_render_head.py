"""The renderings of the head side alone, against what reads them."""

import json
import math
import re
import subprocess
import sys

import gate_results as fake
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_benchmark.stats import Stats

from harness.gate.render import head
from harness.gate.render.head import stats
from harness.gate.values import Pair
from harness.lockstep.sample import Sample

seconds = st.floats(1e-9, 1e3) | st.sampled_from([0.01, 0.02, 0.03])


def read(result):
    return json.loads(head.bencher(result))


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


def oracle(data):
    made = Stats()
    for value in data:
        made.update(value)
    return made.as_dict()


@given(st.lists(seconds, min_size=1, max_size=41))
def test_the_statistics_are_those_of_pytest_benchmark(data):
    found, wanted = stats(data), oracle(data)
    assert list(found) == list(wanted)
    assert found.pop("outliers") == wanted.pop("outliers")
    assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("n", range(1, 14))
def test_every_length_has_its_quartiles(n):
    data = [float(i * i) for i in range(n, 0, -1)]
    assert stats(data) == oracle(data)


def test_zero_seconds_have_no_rate():
    assert stats([0.0, 0.0]) == oracle([0.0, 0.0])


def test_the_data_are_the_values_of_heads_processes():
    found = json.loads(head.benchmark_json(fake.everything()))
    (bench,) = found["benchmarks"]
    assert bench["stats"]["data"] == [0.085, 0.086, 0.084]
    assert bench["stats"]["rounds"] == 3
    assert bench["stats"]["iterations"] == 1
    assert bench["name"] == "test_hinge[numpy]"
    assert bench["fullname"] == f"{fake.FILE}::test_hinge[numpy]"
    assert bench["param"] == "numpy"
    notes = ["torch is not installed on either side"]
    assert bench["extra_info"] == {"verdict": "regressed", "pairs": 20, "notes": notes}
    assert found["commit_info"]["id"] == fake.HEAD.commit
    assert found["commit_info"]["dirty"] is True
    assert found["machine_info"]["processor"] == "AMD EPYC"
    assert found["machine_info"]["node"] == ""


def test_values_are_in_the_order_measured_and_failed_ones_left_out():
    raw = fake.pairs("a.py::TestX::test_y[x::z]", [1.0, 1.0, 1.0], [3.0, 1.0, 2.0])
    raw.append(Pair(raw[0].case, 3, "base", Sample(1.0), Sample(error="broke")))
    made = fake.result(pairs=tuple(reversed(raw)))
    (bench,) = json.loads(head.benchmark_json(made))["benchmarks"]
    assert bench["stats"]["data"] == [3.0, 1.0, 2.0]
    assert bench["name"] == "test_y[x::z]"
    assert bench["extra_info"] == {}


def keys(value):
    """The keys of a benchmark file, at every depth that has fixed ones."""
    bench = value["benchmarks"][0]
    parts = (value, value["commit_info"], bench, bench["stats"])
    return [set(part) for part in parts]


def test_the_keys_are_those_that_pytest_benchmark_writes(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # by which it turns itself off
    test = tmp_path / "test_one.py"
    test.write_text("def test_one(benchmark):\n    benchmark(sum, [1, 2])\n")
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    options = [f"--benchmark-json={out}", "--benchmark-max-time=0.01", "--benchmark-min-rounds=1"]
    subprocess.run([*command, *options], cwd=tmp_path, check=True, capture_output=True)
    wanted = json.loads(out.read_text())
    found = json.loads(head.benchmark_json(fake.everything()))
    assert keys(found) == keys(wanted)
    assert set(found["machine_info"]) <= set(wanted["machine_info"])
    assert found["version"] == wanted["version"]


def test_the_command_of_pytest_benchmark_reads_and_compares_it(tmp_path):
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(head.benchmark_json(fake.everything()))
    code = "from pytest_benchmark.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "compare", "one.json", "two.json", "--csv=out.csv",
         "--group-by=func"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "test_hinge[numpy] (one)" in done.stdout
    assert "Failed to load" not in done.stdout + done.stderr
    assert (tmp_path / "out.csv").read_text().count("test_hinge[numpy]") == 2
