import dataclasses
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.lines import object_of, text_of
from harness.store.codec import decode, decode_environment, encode
from harness.types import DataUsed, Record, Series

numbers = st.floats(allow_nan=False) | st.just(math.inf) | st.just(-math.inf)
names = st.text(min_size=1, max_size=8)
records = st.builds(
    Record,
    cell=names,
    case=names,
    suite=names,
    experiment=names,
    axes=st.dictionaries(names, st.integers() | names | st.booleans(), max_size=3),
    seed=st.integers(0, 99),
    status=st.sampled_from(["ok", "diverged", "skipped", "failed", "timeout"]),
    reason=st.text(max_size=20),
    environment=names,
    data=st.none() | st.builds(DataUsed, names, names, names, st.booleans()),
    metrics=st.dictionaries(names, numbers, max_size=3),
    series=st.dictionaries(
        names,
        st.lists(numbers, max_size=4).map(
            lambda y: Series(tuple(map(float, range(len(y)))), tuple(y))
        ),
        max_size=2,
    ),
    samples=st.dictionaries(names, st.lists(numbers, max_size=3).map(tuple), max_size=2),
)


@given(records)
def test_a_record_survives_its_line(record):
    line = text_of(encode(record))
    assert "\n" not in line
    assert decode(object_of(line)) == record


def test_nan_and_inf_are_strict_json(record):
    line = text_of(encode(replace(record, metrics={"a": math.nan, "b": math.inf})))
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    metrics = decode(object_of(line)).metrics
    assert math.isnan(metrics["a"])
    assert metrics["b"] == math.inf


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"v": 2}, "must be a record of format 1, got {'v': 2} instead"),
        ({"v": 1, "cell": "x"}, "must be a whole record, got one without 'case'"),
        ({"v": 1, "colour": "x"}, "unknown field 'colour'"),
    ],
)
def test_anything_else_is_refused(values, words):
    with pytest.raises(StoreError, match=words):
        decode(values)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("metrics", [], "metrics: must be a table, got \\[\\]"),
        ("metrics", {"a": "much"}, "metrics: must be a number, or"),
        ("metrics", {"a": True}, "metrics: must be a number, or"),
        ("metrics", {"a": None}, "metrics: must be a number, or"),
        ("metrics", {"a": 10**400}, "metrics: must be a number of some 300 digits at most"),
        ("axes", 3, "axes: must be a table, got 3"),
        ("axes", {"a": [1]}, "axes: must be a table of texts and numbers"),
        ("status", "done", "status: must be one of ok, diverged"),
        ("status", ["ok"], "status: must be one of ok, diverged"),
        ("seed", "0", "seed: must be a count, got '0'"),
        ("seed", True, "seed: must be a count, got True"),
        ("seed", -1, "seed: must be a count, got -1"),
        ("reason", 1, "reason: must be a text"),
        ("cell", None, "cell: must be a text, got None"),
        ("samples", {"a": 1}, "samples: must be a table of lists of numbers"),
        ("series", {"a": {"x": [1]}}, "series: must be a table of curves"),
        ("series", {"a": {"x": [1], "y": []}}, "series: must be curves with a y for every x"),
        ("data", "mnist", "data: must be a table"),
        ("data", {"requested": "a"}, "data: must be a table"),
        ("arrays", {"a": 1}, "arrays: must be a text"),
        ("digests", {"a": 1}, "digests: must be a text"),
        ("wall_s", [], "wall_s: must be a number"),
        ("started", 5, "started: must be a text"),
    ],
)
def test_a_field_of_another_kind_is_named(record, field, value, words):
    with pytest.raises(StoreError, match=words):
        decode({**encode(record), field: value})


def test_lone_surrogates_are_spelled_out_when_written_and_when_read(record):
    lone = replace(record, reason="no \udc80", axes={"name\udcff": "\ud800x"})
    spelled = replace(record, reason=r"no \udc80", axes={r"name\udcff": r"\ud800x"})
    assert decode(object_of(text_of(encode(lone)))) == spelled
    old = json.dumps({**encode(record), "reason": "no \udc80"})
    assert decode(object_of(old)) == replace(record, reason=r"no \udc80")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)


@given(records, st.sampled_from([field.name for field in dataclasses.fields(Record)]), VALUES)
def test_a_field_of_any_value_is_a_record_or_refused(record, field, value):
    line = text_of({**encode(record), field: value})
    try:
        found = decode(object_of(line))
    except StoreError:
        return
    assert decode(object_of(text_of(encode(found)))) == found or "nan" in line.lower()


def test_an_environment_with_other_fields_is_refused():
    with pytest.raises(StoreError, match="unknown field 'colour' in an environment"):
        decode_environment({"id": "a", "klass": "b", "hardware": "c", "facts": {}, "colour": "d"})
    with pytest.raises(StoreError, match="must hold the texts 'id'"):
        decode_environment({"id": "a", "klass": "b", "hardware": "c", "facts": {"x": 1}})
