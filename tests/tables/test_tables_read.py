import json

import pandas as pd
import pytest

from harness.errors import DataCorrupt, FileError, SuiteError, UsageError
from harness.tables import of_columns, read


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Read a file of that name and text: ``table("runs.csv", "a\\n1\\n")``."""
    monkeypatch.chdir(tmp_path)

    def call(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read([path.relative_to(tmp_path)])

    return call


def test_a_csv_has_numbers_flags_and_text(table):
    found = table("runs.csv", "opt,seed,acc,right\nadam,0,0.5,True\nsgd,1,.25,false\n\n")
    assert found.columns == {
        "opt": ("adam", "sgd"),
        "seed": (0, 1),
        "acc": (0.5, 0.25),
        "right": (True, False),
    }
    assert [place.number for place in found.places] == [2, 3]
    assert found.numeric() == ("seed", "acc", "right")
    assert found.kinds == {"right": "binary"}


@pytest.mark.parametrize("between", [";", "\t"])
def test_other_separators_are_told_by_the_header(table, between):
    found = table("runs.csv", f"a{between}b\n1{between}x, y\n")
    assert found.columns == {"a": (1,), "b": ("x, y",)}


@pytest.mark.parametrize("between", [";", "\t"])
def test_decimal_commas_are_read_where_no_comma_separates(table, between):
    rows = [f"{x}{between}b\n" for x in ("x", "-67,61", "+1", "", "0,5e-3")]
    found = table("runs.csv", "".join(rows))
    assert found.columns["x"] == (-67.61, 1, None, 0.0005)


@pytest.mark.parametrize(
    "text",
    [
        'x\n"1,234"\n2\n',  # a thousand, where commas separate
        "x;y\n1.234,5;1\n0,5;1\n",
        "x;y\n1.234;1\n0,5;1\n",  # which of both is the decimal sign
        "x;y\n1,2,3;1\n",
        "x;y\n1,234;1\n-10,500;2\n",  # thousands, perhaps
    ],
)
def test_other_commas_are_text(table, text):
    found = table("runs.csv", text)
    assert any(isinstance(entry, str) for entry in found.columns["x"])


def test_the_index_of_a_frame_is_no_column(table):
    assert table("runs.csv", ",acc\n0,0.5\n").columns == {"acc": (0.5,)}


def test_an_empty_field_is_nothing(table):
    assert table("runs.csv", "a,b\n1,\n,inf\n").columns == {
        "a": (1, None),
        "b": (None, float("inf")),
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("runs.jsonl", '{"a": 1, "deep": {"b": [1, 2]}}\n\n{"a": 2}\n'),
        ("runs.json", '{"a": 1, "deep": {"b": [1, 2]}}\n{"a": 2}\n'),
        ("runs.json", '[{"a": 1, "deep": {"b": [1, 2]}}, {"a": 2}]'),
    ],
)
def test_json_in_lines_or_a_list_is_flat(table, name, text):
    assert table(name, text).columns == {"a": (1, 2), "deep.b": ((1.0, 2.0), None)}


def test_a_list_of_numbers_is_one_column(table):
    assert table("runs.json", "[0.5, 1]").columns == {"value": (0.5, 1)}


def test_an_object_of_lists_is_its_columns(table):
    assert table("runs.json", '{"a": [1, 2], "b": ["x", "y"]}').columns["b"] == ("x", "y")


def test_a_frame_as_pandas_writes_it_is_its_columns(table):
    frame = pd.DataFrame({"accuracy": [0.5, 0.75], "rule": ["sgd", "adam"]}, index=[3, 7])
    read = table("runs.json", frame.to_json())
    assert read.columns == {"accuracy": (0.5, 0.75), "rule": ("sgd", "adam")}


def test_settings_that_have_others_inside_are_one_row(table):
    assert table("runs.json", '{"a": {"b": 1}, "c": {"b": 2}}').columns == {
        "a.b": (1,),
        "c.b": (2,),
    }
    assert table("runs.json", '{"a": {"0": 1}, "c": {"1": 2}}').columns == {
        "a.0": (1,),
        "c.1": (2,),
    }


def benchmark(name, **more):
    stats = {"mean": 0.5, "outliers": "1;2", "rounds": 3, "data": [0.4, 0.5, 0.6]}
    return {"name": name, "fullname": f"tests/x.py::{name}", "group": None, "stats": stats, **more}


def test_a_run_of_pytest_benchmark_is_a_row_a_benchmark(table):
    found = table("run.json", json.dumps({"benchmarks": [benchmark("a"), benchmark("b")]}))
    assert found.columns == {
        "benchmark": ("a", "b"),
        "mean": (0.5, 0.5),
        "rounds": (3, 3),
        "data": ((0.4, 0.5, 0.6),) * 2,
    }
    assert found.cases == ("benchmark",)
    assert (found.kinds["mean"], found.kinds["rounds"]) == ("positive", "count")


def test_benchmarks_of_one_name_are_told_apart_by_their_files(table):
    text = json.dumps({"benchmarks": [benchmark("a"), benchmark("a", fullname="other::a")]})
    assert table("run.json", text).columns["benchmark"] == ("tests/x.py::a", "other::a")


def test_a_parquet_file_is_read(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "runs.parquet"
    parquet.write_table(pa.table({"acc": [0.5, None], "opt": ["adam", "sgd"]}), path)
    found = read([path])
    assert found.columns == {"acc": (0.5, None), "opt": ("adam", "sgd")}
    assert str(found.places[1].problem("acc", "x")) == f"{path}, row 2: acc: x"


def test_a_parquet_file_with_two_columns_of_a_name_is_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table([[1.0], [2.0]], names=["a", "a"]), tmp_path / "x.parquet")
    with pytest.raises(SuiteError, match=r"x\.parquet: a: must name one column only"):
        read([tmp_path / "x.parquet"])


def test_files_are_read_one_after_the_other(tmp_path):
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.csv").write_text(f"x\n{value}\n")
    found = read([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert found.columns == {"x": (1, 2)}
    assert [place.file[-5:] for place in found.places] == ["a.csv", "b.csv"]
    assert found.digest != read([tmp_path / "a.csv"]).digest


def test_a_file_does_not_count_twice(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("x\n1\n")
    with pytest.raises(SuiteError, match=r"b\.csv: must not hold the very same as .*a\.csv"):
        read([tmp_path / "a.csv", tmp_path / "b.csv"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "", "x.csv: must have a line that names the columns"),
        ("x.csv", "a,b\n", "x.csv:1: must have rows below its header"),
        ("x.csv", "a,b\n1,2\n3\n", "x.csv:3: must have 2 columns as the header has, got 1"),
        ("x.csv", "0.5,1\n0.6,2\n", "x.csv:1: must name the columns, got 0.5, 1"),
        ("x.csv", "a,a\n1,2\n", "x.csv:1: a: must name one column only"),
        ("x.csv", 'a\n"b', "x.csv:2: must be CSV"),
        ("x.csv", b"a\n\xff\n", "x.csv:2: must be UTF-8, got byte 0xff"),
        ("x.json", "[1,\n oops]", "x.json:2: must be JSON"),
        ("x.json", "[]", "x.json: must have rows"),
        ("x.json", '["a"]', "x.json, row 1: must be an object"),
        ("x.json", '{"benchmarks": []}', "x.json: must have rows"),
        (
            "x.json",
            '{"benchmarks": [{"name": "a", "data": [1.0]}]}',
            "x.json, row 1: stats: must hold what pytest-benchmark measured, such as mean; "
            "got name, data",
        ),
        ("x.json", '{"benchmarks": [{"name": 3}]}', "x.json, row 1: name: must be text, got 3"),
        ("x.json", "[" * 100_000, "x.json: must not nest"),
        ("x.json", "9" * 5000, "must have shorter integers"),
        ("x.json", '{\n"a": 1,\n"a": 2}', "x.json: a: must name one column only, got two"),
        ("x.json", '[{"a": {"b": 1, "b": 2}}]', "x.json: b: must name one column only, got two"),
        ("x.json", '[{"a": {"b": 1}, "a.b": 2}]', "x.json, row 1: a.b: must name one column only"),
        ("x.jsonl", '{"a": 1}\n{"b": 1, "b": 2}\n', "x.jsonl:2: b: must name one column only"),
        ("x.jsonl", '{"a": 1}\n{"a": \n', "x.jsonl:2: must be JSON"),
        ("x.json", r'[{"a": "\uD800"}]', "x.json: must have whole characters, got half of one"),
        ("x.jsonl", '{"a": 1}\n{"\\udc00": 2}\n', "x.jsonl:2: must have whole characters"),
        ("x.jsonl", '{"a": 1}\n[2]\n', "x.jsonl:2: must be an object of columns"),
        ("x.jsonl", "\n", "x.jsonl: must have rows"),
    ],
)
def test_what_is_no_table_is_named_with_its_place(table, name, text, message):
    with pytest.raises(SuiteError) as caught:
        table(name, text)
    assert message in str(caught.value)


def test_a_damaged_parquet_file_is_named(table):
    pytest.importorskip("pyarrow")
    with pytest.raises(DataCorrupt, match=r"x\.parquet: must be a whole parquet file"):
        table("x.parquet", "PAR1 nonsense")


def test_a_file_of_another_kind_is_refused(table):
    with pytest.raises(UsageError, match=r"must end in one of \.csv"):
        table("x.xlsx", "")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match=r"cannot read the runs .*x\.csv: no such file"):
        read([tmp_path / "x.csv"])


def test_text_among_numbers_is_named_with_every_line(table):
    found = table("x.csv", "acc\n0.5\noops\n0.6\n97 %\n")
    assert str(found.not_a_number("acc")) == (
        "x.csv:3: acc: must be a number, true, false or empty, got 'oops'; more at 5"
    )


def test_columns_of_no_file_have_rows():
    found = of_columns({"a": [1.0, "x"]})
    assert str(found.not_a_number("a")) == (
        "row 2: a: must be a number, true, false or empty, got 'x'"
    )


def test_one_complaint_tells_of_a_column_of_text(table):
    found = table("x.csv", "acc\n" + "97 %\n" * 400)
    assert len(str(found.not_a_number("acc"))) < 150
