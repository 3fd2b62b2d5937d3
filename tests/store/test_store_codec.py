import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store.codec import decode, encode
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
    line = encode(record)
    assert "\n" not in line
    assert decode(line) == record


def test_nan_and_inf_are_strict_json(record):
    from dataclasses import replace

    line = encode(replace(record, metrics={"a": math.nan, "b": math.inf}))
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    metrics = decode(line).metrics
    assert math.isnan(metrics["a"])
    assert metrics["b"] == math.inf


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "must be JSON"),
        ("[1]", "must be a JSON object"),
        ('{"v": 2}', "must be a record of format 1"),
        ('{"v": 1, "cell": "x"}', "must be a whole record"),
        ('{"v": 1, "colour": "x"}', "unknown field 'colour'"),
    ],
)
def test_anything_else_is_refused(line, words):
    with pytest.raises(StoreError, match=words):
        decode(line)
