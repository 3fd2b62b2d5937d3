"""Records are read when their suite is asked for, and of large stores few are held."""

from dataclasses import replace

import pytest

from harness.errors import FileError, StoreError
from harness.store import by_suite
from harness.store.store import Store


@pytest.fixture
def store(tmp_path, record, environment):
    """Return a store of suites `a`, `b` and `c`, of two records each."""
    made = Store(tmp_path)
    with made.writing():
        for suite in "abc":
            for seed in (0, 1):
                one = replace(record, suite=suite, cell=f"{suite}{seed}", seed=seed)
                made.append(one, environment)
    return Store(tmp_path)


def cells(store, suite):
    return [one.cell for one in store.of(suite)]


def damage(path):
    path.write_bytes(path.read_bytes().replace(b'"seed":1', b'"seed":7'))


def test_a_suite_is_read_from_its_file_alone(store):
    damage(store.folder / "b.jsonl")
    assert cells(store, "a") == ["a0", "a1"]
    assert cells(store, "c") == ["c0", "c1"]
    assert store.of("none") == ()
    assert store.get("a", "a1").seed == 1
    assert store.get("a", "b1") is None
    with pytest.raises(StoreError, match=r"b\.jsonl:2: must be as it was written.* store repair"):
        store.of("b")


def test_the_suites_read_last_are_held_and_others_are_read_again(store, monkeypatch):
    monkeypatch.setattr(by_suite, "MOST", 4)
    first = store.of("a")
    store.of("b")
    assert store.of("a")[0] is first[0]
    store.of("c")  # in whose place `b` goes, which was used before `a`
    assert store.of("a")[0] is first[0]
    damage(store.folder / "b.jsonl")
    with pytest.raises(StoreError, match=r"b\.jsonl:2"):
        store.of("b")


def test_what_is_appended_is_there_whether_its_suite_is_held_or_not(
    store, record, environment, monkeypatch
):
    monkeypatch.setattr(by_suite, "MOST", 1)
    with store.writing():
        for suite in "aand":
            for asked in ("a", "b"):
                store.of(asked)
                cell = f"{suite}-{asked}"
                store.append(replace(record, suite=suite, cell=cell), environment, flush=False)
                assert store.get(suite, cell) is not None
    assert cells(store, "a") == ["a0", "a1", "a-a", "a-b"]
    assert cells(store, "n") == ["n-a", "n-b"]
    assert cells(Store(store.folder), "d") == ["d-a", "d-b"]


def test_suites_that_share_files_are_read_together(store, record, environment):
    lines = (store.folder / "c.jsonl").read_bytes()
    with (store.folder / "b.jsonl").open("ab") as file:
        file.write(lines.replace(b'"suite":"c"', b'"suite": "c"').split(b',"sha"')[0] + b"}\n")
    (store.folder / "c.jsonl").rename(store.folder / "of-another-name.jsonl")
    again = Store(store.folder)
    assert cells(again, "c") == ["c0", "c1"]
    assert cells(again, "b") == ["b0", "b1"]
    damage(store.folder / "of-another-name.jsonl")
    assert cells(Store(store.folder), "a") == ["a0", "a1"]
    with pytest.raises(StoreError, match="of-another-name"):
        Store(store.folder).of("b")


def test_a_line_whose_suite_cannot_be_read_is_refused_with_its_file(store):
    path = store.folder / "a.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"suite":"a"', b'"suitf":"a"'))
    with pytest.raises(StoreError, match=r"a\.jsonl:1: must be as it was written"):
        Store(store.folder).of("a")


def test_an_axis_that_is_called_suite_hides_no_record(tmp_path, record, environment):
    store = Store(tmp_path)
    with store.writing():
        axes = {**record.axes, "suite": "a"}
        store.append(replace(record, suite="a", cell="a0", axes=axes), environment)
        store.append(replace(record, suite="b", cell="b0"), environment)
    with (tmp_path / "a.jsonl").open("ab") as file:  # as after a merge by hand
        file.write((tmp_path / "b.jsonl").read_bytes())
    (tmp_path / "b.jsonl").unlink()
    assert cells(Store(tmp_path), "b") == ["b0"]


def test_a_malformed_suite_is_refused_each_time_it_is_asked_for(store):
    damage(store.folder / "b.jsonl")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"b\.jsonl:2: must be as it was written"):
            store.of("b")


def test_a_line_that_is_none_is_told_to_whom_it_concerns_alone(store):
    with (store.folder / "b.jsonl").open("ab") as file:
        file.write(b"a stray line\n\xff\n")
    again = Store(store.folder)
    assert cells(again, "a") == ["a0", "a1"]
    with pytest.raises(StoreError, match=r"b\.jsonl:3: must be JSON"):
        again.of("b")


def test_a_file_that_is_gone_since_the_store_was_opened_is_no_suite_without_records(store):
    (store.folder / "b.jsonl").unlink()
    for _ in range(2):
        with pytest.raises(FileError, match=r"cannot read .*b\.jsonl: no such file or directory"):
            store.of("b")
    assert cells(store, "a") == ["a0", "a1"]


def test_a_file_is_seen_whole_however_it_is_cut_into_blocks(store, monkeypatch):
    for size in (1, 7, 100, 1000):
        monkeypatch.setattr(by_suite, "_BLOCK", size)
        again = Store(store.folder)
        assert sorted(again.suites) == ["a", "b", "c"]
        assert cells(again, "b") == ["b0", "b1"]
