"""Each suite has its file, and what a newer harness wrote is refused whole and left as it is."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError, StoreNewer
from harness.lines import sealed, unsealed
from harness.store import files
from harness.store.health import examine, repair
from harness.store.migrate import migrate, split
from harness.store.store import Store, StoreFolder

CLASHES = ("environments", "provenance", "records", "selftest", "journal", "baselines", "points")


def append(folder, environment, *records):
    store = Store(folder)
    with store.writing():
        for record in records:
            store.append(record, environment)


def test_each_suite_has_its_file(tmp_path, record, environment):
    append(tmp_path, environment, record, replace(record, cell="c2", suite="xor"))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"s.jsonl", "xor.jsonl", "environments.jsonl", "provenance.jsonl", "lock"}
    assert [r.suite for r in Store(tmp_path).records] == ["s", "xor"]


@pytest.mark.parametrize("suite", CLASHES)
def test_a_suite_may_be_called_like_another_log(tmp_path, record, environment, suite):
    other = tmp_path / f"{suite}.jsonl"
    if suite not in ("environments", "provenance", "records"):
        other.write_text("the lines of another log\n")
    named = Store(tmp_path).save_arrays(replace(record, suite=suite), {"a": [1.0]})
    append(tmp_path, environment, named)
    assert list(Store(tmp_path).records) == [named]
    assert Store(tmp_path).array(named, "a").tolist() == [1.0]
    assert (tmp_path / f"{suite}.records.jsonl").exists()
    if suite not in ("environments", "provenance", "records"):
        assert other.read_text() == "the lines of another log\n"


@pytest.mark.parametrize("suite", ["", "..", "../x", "/etc/x", "a/b", "A", "a.b", "a\n", "a" * 101])
def test_what_could_name_another_folder_is_no_suite(tmp_path, record, environment, suite):
    store = Store(tmp_path / "store")
    wrong = replace(record, suite=suite)
    with store.writing():
        with pytest.raises(StoreError, match="a record must be of a suite whose id is"):
            store.append(wrong, environment)
        with pytest.raises(StoreError, match="a record must be of a suite whose id is"):
            store.save_arrays(wrong, {"a": [1.0]})
    assert [path.name for path in tmp_path.rglob("*")] == ["store", "lock"]


@given(st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True))
def test_the_file_of_a_suite_is_found_again(tmp_path_factory, suite):
    folder = tmp_path_factory.mktemp("store")
    (folder / files.name_of(suite)).touch()
    assert [path.name for path in files.of_records(folder)] == [files.name_of(suite)]


def test_other_files_hold_no_records(tmp_path):
    for name in (
        "a.txt",
        "x.jsonl.bad",
        "X.jsonl",
        "a.b.jsonl",
        ".x.jsonl.part",
        "a.records.jsonl",
    ):
        (tmp_path / name).touch()
    assert files.of_records(tmp_path) == []


def test_a_record_counts_in_whichever_file_it_lies(tmp_path, record, environment):
    append(tmp_path, environment, record)
    (tmp_path / "s.jsonl").rename(tmp_path / "renamed.jsonl")
    assert list(Store(tmp_path).records) == [record]


def test_a_store_of_earlier_versions_is_read_and_appended_to(
    tmp_path, record, environment, write_old
):
    old = [record, replace(record, cell="c2", suite="xor")]
    write_old(tmp_path, environment, old)
    before = (tmp_path / "records.jsonl").read_bytes()
    assert set(map(repr, Store(tmp_path).records)) == set(map(repr, old))
    (note,) = examine(tmp_path).notes
    assert "records.jsonl: holds several suites" in note
    new = replace(record, cell="c3", started="2026-02-01T00:00:00.000+00:00")
    append(tmp_path, environment, new)
    for archive in (Store(tmp_path), StoreFolder(tmp_path)):
        assert (archive.of("s"), archive.of("xor")) == ((record, new), (old[1],))
    assert (tmp_path / "records.jsonl").read_bytes() == before
    assert (tmp_path / "s.jsonl").read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("newest", ["old", "new"])
def test_a_cell_of_both_files_counts_once_and_the_newest_wins(
    tmp_path, record, environment, write_old, newest
):
    early, late = (
        replace(record, reason=f"{month}", started=f"2026-0{month}-01T00:00:00.000+00:00")
        for month in (1, 2)
    )
    old, new = (late, early) if newest == "old" else (early, late)
    write_old(tmp_path, environment, [old])
    append(tmp_path, environment, new)
    assert list(Store(tmp_path).records) == [late]


def test_arrays_that_are_named_by_the_cell_alone_are_read(tmp_path, record, environment, write_old):
    store = Store(tmp_path)
    store.save_arrays(record, {"a": [1.0, 2.0]})
    (tmp_path / "arrays" / "s-c1.npz").rename(tmp_path / "arrays" / "c1.npz")
    old = replace(record, arrays={"a": "c1.npz"})
    write_old(tmp_path, environment, [old])
    assert StoreFolder(tmp_path).array(old, "a").tolist() == [1.0, 2.0]
    assert examine(tmp_path).faults == ()


def test_a_folder_of_records_alone_is_a_store(tmp_path, record, environment):
    append(tmp_path, environment, record)
    (tmp_path / "environments.jsonl").unlink()
    assert list(StoreFolder(tmp_path).records) == [record]


def written(path):
    return {one.name: one.read_bytes() for one in path.glob("*.jsonl")}


@pytest.fixture
def newer(tmp_path, record, environment):
    """Return a store, whose second record is of a format to come."""
    facts = replace(environment, facts={"harness": "10.2.0"})
    store = Store(tmp_path)
    with store.writing():
        store.append(replace(record, environment="e0"), replace(environment, id="e0"))
        store.append(replace(record, cell="c2"), facts)
    path = tmp_path / "s.jsonl"
    first, second = path.read_bytes().splitlines()
    changed = unsealed(second).replace(b'{"v":2,', b'{"v":3,"colour":"red",')
    path.write_bytes(first + b"\n" + sealed(changed) + b"\n")
    return tmp_path


@pytest.mark.parametrize("use", [Store, examine, repair, migrate, split])
def test_whatever_is_asked_of_a_newer_store_names_the_version_to_install(newer, use):
    if use is split:
        (newer / "s.jsonl").rename(newer / "records.jsonl")
    before = written(newer)
    with pytest.raises(StoreNewer) as told:
        use(newer)
    must = rf"{re.escape(str(newer))}: records must be of format 2 at most, which harness \S+ reads"
    got = "got format 3 of a newer one; install claims-harness, 10.2.0 or later"
    assert re.fullmatch(f"{must}, {got}", str(told.value))
    assert written(newer) == before, "nothing is set aside"


def test_a_writer_is_refused_before_anything_is_measured(newer, record, environment):
    store = Store(newer / "other")
    store.folder = newer
    with pytest.raises(StoreNewer), store.writing():
        pytest.fail("the store was opened for writing")


@pytest.mark.parametrize("name", ["provenance", "environments"])
def test_what_records_share_may_be_newer_too(tmp_path, record, environment, name):
    store = Store(tmp_path)
    with store.writing():
        store.append(record, environment)
    (tmp_path / f"{name}.jsonl").write_bytes(b'{"v":7,"id":"x","colour":"red"}\n')
    with pytest.raises(
        StoreNewer, match=r"format 7 .*; install claims-harness, the newest version"
    ):
        Store(tmp_path)
