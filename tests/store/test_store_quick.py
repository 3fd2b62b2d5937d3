"""The quick way reads what the careful way does, and leaves it the rest."""

import json
import math
from dataclasses import replace

import lines_of
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_store_codec import records

from harness.errors import StoreError
from harness.lines import object_of, text_of
from harness.store import quick
from harness.store.codec import decode, encode
from harness.store.provenance import Provenance
from harness.types import Series


def both(record, change=None):
    """Return the line of a record, changed, read the quick way and the careful way."""
    known = lines_of.known(record)
    text = text_of(encode(record))
    text = change(text) if change else text
    try:
        careful = decode(object_of(text), known)
    except StoreError:
        careful = None
    return quick.reader(known)(text.encode()), careful


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
    found = quick.reader({"p": Provenance("e1")})(line.encode())
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
    read = quick.reader(known)
    line = text_of(encode(record)).encode()
    assert read(line).axes is read(line).axes
    other = line.replace(b'"device":"cpu"', b'"device":"cuda"')
    assert dict(read(other).axes) == {**record.axes, "device": "cuda"}
