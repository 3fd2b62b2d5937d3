"""A store of format 1 says the same after it was migrated, whatever happens meanwhile."""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from killing import killed
from test_store_codec import records as any_record

from harness.errors import StoreError
from harness.lines import object_of
from harness.store.health import examine
from harness.store.migrate import migrate
from harness.store.store import Store
from harness.types import DataUsed, Environment

CALLS = ("fsync", "write", "replace", "rename")
HERE = Environment("e1", "k1", "x86_64, 2 cores", {"python": "3.11"})


@pytest.fixture
def old(tmp_path, record, write_old):
    """Write a store of two suites in format 1; return what fills such folders."""

    def fill(folder):
        data = DataUsed("mnist", "mnist", "11de", same_images=True)
        for suite, cells in {"s": ("c1", "c2"), "xor": ("c3", "c4")}.items():
            made = [replace(record, cell=cell, suite=suite, data=data) for cell in cells]
            made += [replace(record, cell="c5", suite=suite)]
            write_old(folder, HERE, made, f"{suite}.jsonl")
        return folder

    return fill


def versions(folder):
    paths = [*folder.glob("s.jsonl"), *folder.glob("xor.jsonl")]
    return {object_of(line)["v"] for path in paths for line in path.read_text().splitlines()}


def test_both_formats_say_the_same(tmp_path, old, record):
    old(tmp_path)
    before = Store(tmp_path).records
    assert migrate(tmp_path) == 6
    assert versions(tmp_path) == {2}
    assert Store(tmp_path).records == before
    found = examine(tmp_path)
    assert (found.faults, found.notes, found.unsealed) == ((), (), 0)
    assert migrate(tmp_path) == 0


def test_an_old_store_is_read_and_appended_to_as_it_is(tmp_path, old, record):
    old(tmp_path)
    before, text = Store(tmp_path).records, (tmp_path / "s.jsonl").read_bytes()
    store = Store(tmp_path)
    with store.writing():
        store.append(replace(record, cell="new"), HERE)
    assert (tmp_path / "s.jsonl").read_bytes().startswith(text)
    assert versions(tmp_path) == {1, 2}
    assert {r.cell for r in Store(tmp_path).records} == {"new", *(r.cell for r in before)}
    assert migrate(tmp_path) == 6
    assert versions(tmp_path) == {2}


@given(st.lists(any_record.map(lambda one: replace(one, suite="s")), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_records_are_the_same_after(tmp_path_factory, write_old, given_records):
    folder = tmp_path_factory.mktemp("store")
    write_old(folder, HERE, given_records, "s.jsonl")
    before = Store(folder).records
    migrate(folder)
    assert Store(folder).records == before


def test_numbers_stay_as_they_are_written(tmp_path, old):
    old(tmp_path)
    path = tmp_path / "s.jsonl"
    lines = [line.split(b',"sha"')[0] + b"}" for line in path.read_bytes().splitlines()]
    path.write_bytes(b"\n".join(lines).replace(b"0.5", b"1") + b"\n")
    migrate(tmp_path)
    assert path.read_bytes().count(b'"test_accuracy":1}') == 3


def test_a_line_that_is_not_as_it_was_stops_it_before_anything_changes(tmp_path, old):
    old(tmp_path)
    path = tmp_path / "xor.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"c3"', b'"c9"'))
    with pytest.raises(StoreError, match=r"xor\.jsonl:1: .* `harness store repair"):
        migrate(tmp_path)
    assert versions(tmp_path) == {1}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL and fork are of POSIX")
def test_one_that_is_killed_anywhere_loses_nothing_and_can_be_ended(tmp_path, old):
    deaths = 0
    while killed(migrate, folder := old(tmp_path / str(deaths)), deaths, CALLS):
        deaths += 1
        migrate(folder)
        assert versions(folder) == {2}
        assert len(Store(folder).records) == 6
        assert examine(folder).faults == ()
    assert deaths >= 6, "two lines of provenance, two files: each on disk, and put in place"
