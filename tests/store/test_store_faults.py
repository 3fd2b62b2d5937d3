"""Damaged stores: any bytes give the same records, fewer at the end, or one named line."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_store_codec import records

from harness.errors import StoreError
from harness.store.store import Store
from harness.types import Environment

ENVIRONMENT = Environment("e1", "k1", "x86_64, 2 cores", {"python": "3.11"})
FILES = ("s.jsonl", "environments.jsonl", "provenance.jsonl")
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "put", "drop"]),
        st.integers(0, 10_000),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=3,
)


def edited(data, edits):
    for kind, place, bytes_ in edits:
        at = place % (len(data) + 1)
        if kind == "flip" and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << bytes_[0] % 8)]) + data[at + 1 :]
        elif kind == "cut":
            data = data[:at]
        elif kind == "put":
            data = data[:at] + bytes_ + data[at:]
        else:
            data = data[:at] + data[at + len(bytes_) :]
    return data


def check(folder, written, name, edits):
    store = Store(folder)
    with store.writing():
        for record in written:
            store.append(record, ENVIRONMENT)
    before, known = Store(folder).records, dict(store.environments)
    path = folder / name
    path.write_bytes(edited(path.read_bytes(), edits))
    try:
        found = Store(folder)
        read = found.records
    except StoreError as error:
        told = str(error)
        assert re.match(rf"{re.escape(str(folder))}/\w+\.jsonl:\d+: ", told)
        return
    # the latest record of a cell counts, so what was cut off may bring an older one back
    allowed = [repr(record) for record in (*before, *written)]
    assert all(repr(record) in allowed for record in read)
    assert dict(found.environments).items() <= known.items()


written = st.lists(records.map(lambda record: replace(record, suite="s")), min_size=1, max_size=3)


@given(written, st.sampled_from(FILES), EDITS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_store_is_as_it_was_or_refused_by_line(tmp_path_factory, written, name, edits):
    check(tmp_path_factory.mktemp("store"), written, name, edits)


@pytest.mark.faults
@pytest.mark.timeout(0)
@given(written, st.sampled_from(FILES), EDITS)
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_store_is_as_it_was_or_refused_by_line_at_length(
    tmp_path_factory, written, name, edits
):
    check(tmp_path_factory.mktemp("store"), written, name, edits)
