from dataclasses import replace

import numpy as np
import pytest

from harness.errors import FileError, StoreError
from harness.store.store import Store, StoreFolder


def fill(folder, environment, *records):
    store = Store(folder)
    with store.writing():
        for record in records:
            store.append(record, environment)
    return store


def test_what_is_appended_is_read_back(tmp_path, record, environment):
    fill(tmp_path, environment, record)
    again = Store(tmp_path)
    assert list(again.records) == [record]
    assert dict(again.environments) == {"e1": environment}
    assert again.get("s", "c1") == record
    assert again.get("s", "c2") is None


def test_the_latest_record_of_a_cell_counts_and_both_stay_on_disk(tmp_path, record, environment):
    later = replace(record, status="failed", reason="x")
    fill(tmp_path, environment, record, later)
    assert list(Store(tmp_path).records) == [later]
    assert len((tmp_path / "s.jsonl").read_text().splitlines()) == 2


def test_an_environment_is_written_once(tmp_path, record, environment):
    fill(tmp_path, environment, record, replace(record, cell="c2"))
    assert len((tmp_path / "environments.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_dropped_with_a_note_and_kept_aside(tmp_path, record, environment, cut):
    fill(tmp_path, environment, record, replace(record, cell="c2"))
    path = tmp_path / "s.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    store = Store(tmp_path)
    assert [r.cell for r in store.records] == ["c1"]
    assert "cut off" in store.notes[0]
    assert path.read_bytes() == whole[:-cut], "reading must not change the file"
    fill(tmp_path, environment, replace(record, cell="c3"))
    assert [r.cell for r in Store(tmp_path).records] == ["c1", "c3"]
    assert Store(tmp_path).notes == []
    assert (tmp_path / "s.jsonl.torn").read_bytes().strip()


def test_any_other_malformed_line_is_refused_by_number(tmp_path, record, environment):
    fill(tmp_path, environment, record)
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'{"v": 1, "half\n' + path.read_bytes())
    with pytest.raises(StoreError, match=r"s\.jsonl:1: must be JSON"):
        Store(tmp_path).of("s")


def test_two_writers_at_once_are_refused(tmp_path):
    with Store(tmp_path).writing(), pytest.raises(StoreError, match="another run is writing"):  # noqa: SIM117
        with Store(tmp_path).writing():
            pass


def test_arrays_are_whole_or_absent(tmp_path, record, environment):
    store = Store(tmp_path)
    with store.writing():
        record = store.save_arrays(record, {"a": np.arange(3), "b": np.eye(2)})
        store.append(record, environment)
    assert np.array_equal(Store(tmp_path).array(record, "a"), np.arange(3))
    with pytest.raises(KeyError):
        store.array(record, "none")
    path = tmp_path / "arrays" / "s-c1.npz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StoreError, match=r"s-c1\.npz: must be the arrays"):
        store.array(record, "a")


def test_pickled_arrays_are_refused(tmp_path, record):
    (tmp_path / "arrays").mkdir()
    np.savez(tmp_path / "arrays" / "c1.npz", a=np.array([{"x": 1}], dtype=object))
    with pytest.raises(StoreError, match="must be the arrays"):
        Store(tmp_path).array(replace(record, arrays={"a": "c1.npz"}), "a")


def test_a_flipped_bit_in_arrays_is_refused_or_changes_no_value(tmp_path, record):
    wanted = np.arange(6.0)
    record = Store(tmp_path).save_arrays(record, {"a": wanted})
    path = tmp_path / "arrays" / "s-c1.npz"
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        try:
            assert np.array_equal(Store(tmp_path).array(record, "a"), wanted)
        except StoreError:
            refused += 1
    assert refused > len(whole) / 2


@pytest.mark.parametrize("file", ["../x.npz", "../../x.npz", "/etc/hostname", "link.npz", ""])
def test_arrays_outside_the_store_are_refused(tmp_path, record, file):
    store = Store(tmp_path / "inner" / "store")
    store.save_arrays(record, {"a": np.arange(3)})
    np.savez(tmp_path / "inner" / "x.npz", a=np.arange(3))
    (store.folder / "arrays" / "link.npz").symlink_to(tmp_path / "inner" / "x.npz")
    np.savez(store.folder / "x.npz", a=np.array(["no", "numbers"]))
    with pytest.raises(StoreError, match=r"must be (inside|the arrays)"):
        store.array(replace(record, arrays={"a": file}), "a")


def test_arrays_that_cannot_be_written_leave_nothing(tmp_path, record, monkeypatch):
    def full(target, array, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.lib.format.write_array", full)
    with pytest.raises(FileError, match=r"cannot write the arrays .*c1\.npz: no space left"):
        Store(tmp_path).save_arrays(record, {"a": np.arange(3)})
    assert list((tmp_path / "arrays").iterdir()) == []


def test_an_array_may_have_any_name(tmp_path, record):
    arrays = {"file": np.arange(2), "allow_pickle": np.eye(2)}
    found = Store(tmp_path).save_arrays(record, arrays)
    for name, array in arrays.items():
        assert np.array_equal(Store(tmp_path).array(found, name), array)


def test_a_writer_sees_what_another_stored_before_it_had_the_lock(tmp_path, record, environment):
    late = Store(tmp_path)
    fill(tmp_path, environment, record)
    assert late.get("s", "c1") is None
    with late.writing():
        assert late.get("s", "c1") == record


def test_what_a_dead_run_left_unfinished_is_removed_under_the_lock(tmp_path, record, environment):
    store = fill(tmp_path, environment, record)
    store.save_arrays(record, {"a": np.arange(3)})
    for name in ("arrays/tmp1.part", ".s.jsonl.part"):
        (tmp_path / name).write_bytes(b"half")
    Store(tmp_path)
    assert (tmp_path / "arrays" / "tmp1.part").exists(), "reading must remove nothing"
    with store.writing():
        assert sorted(path.name for path in tmp_path.rglob("*.part")) == []
        assert (tmp_path / "arrays" / "s-c1.npz").exists()


def test_a_folder_that_cannot_be_written_to_can_be_read(tmp_path, record, environment, monkeypatch):
    fill(tmp_path, environment, record)

    def refused(self, *args, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    store = Store(tmp_path)
    with store.writing():
        assert store.get("s", "c1") == record
        with pytest.raises(FileError, match=r"read-only file system; name a place that can be"):
            store.append(record, environment)
    assert list(Store(tmp_path).records) == [record]


def test_a_library_reads_every_machine(tmp_path, record, environment):
    other = replace(environment, id="e2", klass="k2")
    fill(tmp_path / "one", environment, record)
    fill(tmp_path / "two", other, replace(record, cell="c2", environment="e2"))
    library = StoreFolder(tmp_path)
    assert [r.cell for r in library.records] == ["c1", "c2"]
    assert set(library.environments) == {"e1", "e2"}
    assert StoreFolder(tmp_path / "none").records == ()
