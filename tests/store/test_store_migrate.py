"""Stores of earlier versions are migrated and split: nothing is lost, whatever comes between."""

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
from harness.store.migrate import migrate, split
from harness.store.store import Store
from harness.types import DataUsed, Environment, Record

CALLS = ("fsync", "write", "replace", "rename")
HERE = Environment("e1", "k1", "x86_64, 2 cores", {"python": "3.11"})
SPLIT_CALLS = ("fsync", "replace", "rename", "unlink")
SHARED = ("environments.jsonl", "provenance.jsonl")


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


def made_in(cell, suite="s", month=1, reason=""):
    started = f"2026-{month:02}-01T00:00:00.000+00:00"
    return Record(cell, "k1", suite, "train", {}, 0, "ok", reason, "e1", started=started)


def lines(folder):
    files = [path for path in folder.glob("*.jsonl") if path.name not in SHARED]
    return sorted(line for path in files for line in path.read_bytes().splitlines())


def append(folder, *records):
    store = Store(folder)
    with store.writing():
        for record in records:
            store.append(record, HERE)


OLD = [
    made_in("c1"),
    made_in("c2", "xor"),
    made_in("c1", month=2),
    made_in("c3", "xor"),
    made_in("c4", "../up"),
]


def test_every_line_goes_to_its_suite_as_it_is(tmp_path, write_old):
    write_old(tmp_path, HERE, OLD)
    before, records = lines(tmp_path), set(map(repr, Store(tmp_path).records))
    assert split(tmp_path) == {"s": 2, "xor": 2}
    assert lines(tmp_path) == before
    assert set(map(repr, Store(tmp_path).records)) == records
    assert [r.cell for r in Store(tmp_path).records if r.suite == "xor"] == ["c2", "c3"]
    assert examine(tmp_path).faults == ()
    assert (tmp_path / "records.jsonl").read_bytes().count(b"\n") == 1, "no file is outside"
    assert split(tmp_path) == {}


def test_a_whole_split_leaves_no_old_file(tmp_path, write_old):
    write_old(tmp_path, HERE, OLD[:4])
    split(tmp_path)
    assert not (tmp_path / "records.jsonl").exists()
    assert examine(tmp_path).notes == ()


def test_a_new_store_has_nothing_to_split(tmp_path):
    append(tmp_path, made_in("c1"))
    before = lines(tmp_path)
    assert split(tmp_path) == {}
    assert lines(tmp_path) == before


entries = st.lists(
    st.tuples(st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["a", "b"]), st.integers(0, 3)),
    max_size=6,
)


@given(entries, entries)
@settings(deadline=None)
def test_what_counts_is_the_same_before_and_after(tmp_path_factory, write_old, old, new):
    folder = tmp_path_factory.mktemp("store")

    def records(entries, word):
        months = sorted(month + 1 for _, _, month in entries)  # a clock goes forward
        return [
            made_in(cell + suite, suite, month, f"{word}{number}")
            for number, ((cell, suite, _), month) in enumerate(zip(entries, months, strict=True))
        ]

    write_old(folder, HERE, records(old, "old"))
    append(folder, *records(new, "new"))
    before, held = sorted(map(repr, Store(folder).records)), lines(folder)
    split(folder)
    assert sorted(map(repr, Store(folder).records)) == before
    assert lines(folder) == held


def test_a_line_that_is_not_as_it_was_stops_the_split(tmp_path, write_old):
    write_old(tmp_path, HERE, OLD)
    path = tmp_path / "records.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"cell":"c2"', b'"cell":"c9"'))
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"records\.jsonl:2: .* `harness store repair"):
        split(tmp_path)
    assert path.read_bytes() == before
    assert not (tmp_path / "s.jsonl").exists()


def test_a_store_that_is_written_to_is_not_split(tmp_path):
    with Store(tmp_path).writing(), pytest.raises(StoreError, match="another run is writing"):
        split(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL and fork are of POSIX")
def test_a_split_that_is_killed_anywhere_loses_nothing_and_can_be_ended(tmp_path, write_old):
    deaths = 0
    while True:
        folder = tmp_path / str(deaths)
        write_old(folder, HERE, OLD)
        append(folder, made_in("c2", "xor", month=3))
        before, records = set(lines(folder)), sorted(map(repr, Store(folder).records))
        if not killed(split, folder, deaths, SPLIT_CALLS):
            break
        deaths += 1
        assert set(lines(folder)) == before
        assert sorted(map(repr, Store(folder).records)) == records
        append(folder, made_in("c5", "s", month=4))
        split(folder)
        assert len(lines(folder)) == len(before) + 1, "no line stands twice in the end"
        added = sorted([*records, repr(made_in("c5", "s", month=4))])
        assert sorted(map(repr, Store(folder).records)) == added
        assert examine(folder).faults == ()
    assert deaths >= 4, "two files and what is left of the old one"
