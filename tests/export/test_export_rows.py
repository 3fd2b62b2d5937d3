"""Tables are read back by the libraries of those who asked for them: every digit is there."""

import math

import pandas as pd
import pytest

from harness.errors import FileError
from harness.export.rows import columns, rows, write_csv, write_parquet


def test_a_row_has_what_the_record_says(records, environments):
    first, second, third = rows(records, environments)
    assert columns([first])[:4] == ["suite", "experiment", "case", "cell"]
    assert (first["lr"], first["metric.lr"], first["accuracy"]) == (0.1, 3.0, 0.1 + 0.2)
    assert (first["hardware"], first["data"], first["n_train"]) == (
        "x86_64, 2 cores",
        "mnist",
        "all",
    )
    assert "accuracy" not in third
    assert second["accuracy"] == math.inf


def test_pandas_reads_the_csv_as_it_was(tmp_path, records, environments):
    write_csv(tmp_path / "deep" / "x.csv", rows(records, environments))
    found = pd.read_csv(tmp_path / "deep" / "x.csv")
    assert list(found["seed"]) == [0, 1, 2]
    # before 3.0 pandas reads to within a rounding error
    assert list(found["accuracy"])[:2] == [pytest.approx(0.1 + 0.2, rel=1e-15), math.inf]
    assert found["accuracy"].isna().tolist() == [False, False, True]
    assert found["loss"][2] == 1e-300
    assert found["reason"][2] == 'at "x", y\n'
    assert list(found["n_train"]) == ["all", "all", "5000"]


def test_pyarrow_reads_the_parquet_as_it_was(tmp_path, records, environments):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(tmp_path / "x.parquet", rows(records, environments))
    found = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert [row["accuracy"] for row in found] == [0.1 + 0.2, math.inf, None]
    assert math.isnan(found[1]["metric.lr"])
    assert [row["n_train"] for row in found] == ["all", "all", "5000"]
    assert [row["seed"] for row in found] == [0, 1, 2]


def test_a_parquet_file_that_cannot_be_written_removes_nothing(tmp_path, records, environments):
    pytest.importorskip("pyarrow")
    place = tmp_path / "x.parquet"
    place.symlink_to("/dev/full")
    with pytest.raises(FileError, match="no space left"):
        write_parquet(place, rows(records, environments))
    assert place.is_symlink()
