"""The careful way to a record and back, and the quick way, which reads the same."""

import dataclasses
import json
import math
from dataclasses import replace

import lines_of
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lines_of import known, old, read_old

from harness.errors import StoreError
from harness.lines import object_of, text_of
from harness.store import codec
from harness.store.codec import decode, decode_environment, encode, shared
from harness.store.provenance import Provenance, key_of, of_record
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
    code=st.dictionaries(names, names, max_size=2),
    commit=st.text(max_size=8),
)


@given(records)
def test_a_record_survives_its_line_in_either_format(record):
    line, before = text_of(encode(record)), text_of(old(record))
    assert "\n" not in line
    assert decode(object_of(line), known(record)) == record
    assert read_old(object_of(before)) == record
    assert shared(object_of(before), key_of(of_record(record))) == object_of(line)


def test_what_a_record_was_made_of_is_named_and_not_repeated(record):
    made = replace(record, data=DataUsed("a", "b", "c", same_images=True), code={"x.py": "1"})
    values = encode(made)
    assert not {"data", "code", "environment", "commit"} & values.keys()
    assert values["provenance"] in known(made)
    assert encode(replace(made, seed=1, metrics={}))["provenance"] == values["provenance"]
    assert encode(replace(made, commit="abc"))["provenance"] != values["provenance"]


@pytest.mark.parametrize("key", ["none", "", None, 3, ["x"]])
def test_a_record_of_an_unknown_provenance_is_refused(record, key):
    with pytest.raises(StoreError, match=r"provenance: must be the id of a line of prov"):
        decode({**encode(record), "provenance": key}, known(record))


def test_nan_and_inf_are_strict_json(record):
    line = text_of(encode(replace(record, metrics={"a": math.nan, "b": math.inf})))
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    metrics = decode(object_of(line), known(record)).metrics
    assert math.isnan(metrics["a"])
    assert metrics["b"] == math.inf


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"v": 0}, "must be a record of format 1 or 2, got {'v': 0} instead"),
        ({"v": True}, "must be a record of format 1 or 2, got {'v': True} instead"),
        ({"cell": "x"}, "must be a record of format 1 or 2, got {'cell': 'x'} instead"),
        ({"v": 1, "cell": "x"}, "must be a whole record, got one without 'case'"),
        ({"v": 1, "colour": "x"}, "unknown field 'colour'"),
    ],
)
def test_anything_else_is_refused(values, words):
    with pytest.raises(StoreError, match=words):
        read_old(values)


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
        read_old({**old(record), field: value})


def test_lone_surrogates_are_spelled_out_when_written_and_when_read(record):
    lone = replace(record, reason="no \udc80", axes={"name\udcff": "\ud800x"})
    spelled = replace(record, reason=r"no \udc80", axes={r"name\udcff": r"\ud800x"})
    assert decode(object_of(text_of(encode(lone))), known(lone)) == spelled
    before = json.dumps({**old(record), "reason": "no \udc80"})
    assert read_old(object_of(before)) == replace(record, reason=r"no \udc80")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)


@given(records, st.sampled_from([field.name for field in dataclasses.fields(Record)]), VALUES)
def test_a_field_of_any_value_is_a_record_or_refused(record, field, value):
    line = text_of({**old(record), field: value})
    try:
        found = read_old(object_of(line))
    except StoreError:
        return
    assert decode(object_of(text_of(encode(found))), known(found)) == found or "nan" in line.lower()


def test_an_environment_with_other_fields_is_refused():
    with pytest.raises(StoreError, match="unknown field 'colour' in an environment"):
        decode_environment({"id": "a", "klass": "b", "hardware": "c", "facts": {}, "colour": "d"})
    with pytest.raises(StoreError, match="must hold the texts 'id'"):
        decode_environment({"id": "a", "klass": "b", "hardware": "c", "facts": {"x": 1}})


def both(record, change=None):
    """Return the line of a record, changed, read the quick way and the careful way."""
    known = lines_of.known(record)
    text = text_of(encode(record))
    text = change(text) if change else text
    try:
        careful = decode(object_of(text), known)
    except StoreError:
        careful = None
    return codec.reader(known)(text.encode()), careful


def finite(record):
    numbers = [*record.metrics.values(), record.wall_s, record.cpu_s, record.budget]
    numbers += [v for one in record.series.values() for v in (*one.x, *one.y)]
    numbers += [v for one in record.samples.values() for v in one]
    return all(map(math.isfinite, numbers))


@given(records)
def test_a_line_is_read_to_the_same_record_or_left_to_the_careful_way(record):
    found, careful = both(record)
    if finite(record):
        assert repr(found) == repr(careful)
    else:
        assert found is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
@example([5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 0.1 + 0.2, -0.0, 1e22, 1e23])
def test_every_digit_of_a_number_is_read(values):
    line = '{"v":2,"provenance":"p","cell":"c","case":"k","suite":"s","experiment":"e","axes":{},'
    line += f'"seed":0,"status":"ok","reason":"","samples":{{"a":{json.dumps(values)}}}}}'
    found = codec.reader({"p": Provenance("e1")})(line.encode())
    assert list(map(repr, found.samples["a"])) == list(map(repr, values))


CHANGES = {
    "newer": lambda text: text.replace('{"v":2', '{"v":3'),
    "a flag for a version": lambda text: text.replace('{"v":2', '{"v":true'),
    "of another provenance": lambda text: text.replace('"provenance":"', '"provenance":"x'),
    "an unknown key": lambda text: text.replace('{"v":2', '{"v":2,"colour":"red"'),
    "a text for a number": lambda text: text.replace('"accuracy":0.5', '"accuracy":"0.5"'),
    "a flag for a number": lambda text: text.replace('"accuracy":0.5', '"accuracy":true'),
    "no number": lambda text: text.replace('"accuracy":0.5', '"accuracy":NaN'),
    "none": lambda text: text.replace('"accuracy":0.5', '"accuracy":null'),
    "inf": lambda text: text.replace('"accuracy":0.5', '"accuracy":"inf"'),
    "too large": lambda text: text.replace('"accuracy":0.5', '"accuracy":1e999'),
    "too long": lambda text: text.replace('"accuracy":0.5', f'"accuracy":{"9" * 400}'),
    "a whole number": lambda text: text.replace('"accuracy":0.5', '"accuracy":3'),
    "twice": lambda text: text.replace('"accuracy":0.5', '"accuracy":0.5,"accuracy":0.25'),
    "a negative count": lambda text: text.replace('"seed":0', '"seed":-1'),
    "a fraction of a count": lambda text: text.replace('"seed":0', '"seed":0.0'),
    "an unknown status": lambda text: text.replace('"ok"', '"good"'),
    "a list of axes": lambda text: text.replace('"axes":{', '"axes":[],"ax":{'),
    "an axis of none": lambda text: text.replace('"axes":{', '"axes":{"a":null,'),
    "a whole axis": lambda text: text.replace('"axes":{', '"axes":{"a":1,"b":1.0,"c":true,'),
    "half a curve": lambda text: text.replace('"y":[1.0,2.0]', '"y":[1.0]'),
    "a cut": lambda text: text[:-1],
    "a surrogate": lambda text: text.replace('"reason":"', '"reason":"\\udc80'),
    "no reason": lambda text: text.replace('"reason":"",', ""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_unusual_is_read_as_the_careful_way_does_or_left_to_it(record, name):
    changed = CHANGES[name]
    curve = Series((1.0, 2.0), (1.0, 2.0))
    full = replace(record, metrics={"accuracy": 0.5}, series={"loss": curve})
    text = text_of(encode(full))
    assert changed(text) != text, "the change changes something"
    found, careful = both(full, changed)
    assert found is None or repr(found) == repr(careful)


def test_equal_axes_of_a_case_are_one_object(record):
    known = lines_of.known(record)
    read = codec.reader(known)
    line = text_of(encode(record)).encode()
    assert read(line).axes is read(line).axes
    other = line.replace(b'"device":"cpu"', b'"device":"cuda"')
    assert dict(read(other).axes) == {**record.axes, "device": "cuda"}
