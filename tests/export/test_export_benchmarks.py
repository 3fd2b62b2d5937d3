"""pytest-benchmark reads what is written, and computes the same statistics."""

import json
import logging

import numpy as np
import pytest

from harness.errors import NothingMeasured
from harness.export.rows import statistics, write_benchmarks

storage = pytest.importorskip("pytest_benchmark.storage.file")
stats = pytest.importorskip("pytest_benchmark.stats")


def test_its_own_storage_loads_the_file(tmp_path, records, environments):
    write_benchmarks(tmp_path / "0001_x.json", records, environments)
    ((_, found),) = storage.FileStorage(tmp_path, logging.getLogger()).load("0001")
    (one,) = found["benchmarks"]
    assert (one["group"], one["name"]) == ("s", "seconds[timing-numpy-cpu-all-0.1]")
    assert one["stats"]["rounds"] == 6
    assert one["stats"]["data"] == [0.5, 0.25, 1.0, 0.5, 0.25, 2.0]
    assert found["machine_info"]["node"] == ""
    assert found["commit_info"]["id"] == "ab"


def test_its_comparison_shows_the_file(tmp_path, records, environments, capsys, monkeypatch):
    from pytest_benchmark import cli

    write_benchmarks(tmp_path / "0001_x.json", records, environments)
    monkeypatch.setattr("sys.argv", ["x", "compare", str(tmp_path / "0001_x.json")])
    cli.main()
    assert "seconds[timing-numpy-cpu-all-0.1]" in capsys.readouterr().out


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 30, 31])
def test_the_statistics_are_those_of_its_own(count):
    seconds = np.random.default_rng(count).lognormal(-5, 1, count)
    own, theirs = statistics(seconds), stats.Stats()
    for value in seconds:
        theirs.update(float(value))
    for name in theirs.fields:
        told = getattr(theirs, name)
        assert own[name] == (told if isinstance(told, str) else pytest.approx(told, rel=1e-12)), (
            name
        )


def test_records_without_times_are_told(tmp_path, records, environments):
    with pytest.raises(NothingMeasured, match="no record of these suites has timing samples"):
        write_benchmarks(tmp_path / "x.json", records[2:], environments)


def test_no_host_is_named(tmp_path, records, environments):
    write_benchmarks(tmp_path / "x.json", records, environments)
    told = json.loads((tmp_path / "x.json").read_text())
    assert told["machine_info"]["cpu"] == {"brand_raw": "AMD EPYC", "count": "2"}
