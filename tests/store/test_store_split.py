"""A store of earlier versions is split by suite: nothing is lost, whatever happens meanwhile."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from killing import killed

from harness.errors import StoreError
from harness.store.health import examine
from harness.store.split import split
from harness.store.store import Store
from harness.types import Environment, Record

CALLS = ("fsync", "replace", "rename", "unlink")
SHARED = ("environments.jsonl", "provenance.jsonl")
HERE = Environment("e1", "k1", "x86_64, 2 cores", {"python": "3.11"})


def made(cell, suite="s", month=1, reason=""):
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


OLD = [made("c1"), made("c2", "xor"), made("c1", month=2), made("c3", "xor"), made("c4", "../up")]


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
    append(tmp_path, made("c1"))
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
            made(cell + suite, suite, month, f"{word}{number}")
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
        append(folder, made("c2", "xor", month=3))
        before, records = set(lines(folder)), sorted(map(repr, Store(folder).records))
        if not killed(split, folder, deaths, CALLS):
            break
        deaths += 1
        assert set(lines(folder)) == before
        assert sorted(map(repr, Store(folder).records)) == records
        append(folder, made("c5", "s", month=4))
        split(folder)
        assert len(lines(folder)) == len(before) + 1, "no line stands twice in the end"
        added = sorted([*records, repr(made("c5", "s", month=4))])
        assert sorted(map(repr, Store(folder).records)) == added
        assert examine(folder).faults == ()
    assert deaths >= 4, "two files and what is left of the old one"
