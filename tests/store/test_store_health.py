from dataclasses import replace

import numpy as np
import pytest

from harness.errors import FileError, StoreError
from harness.lines import unsealed
from harness.store.health import examine, repair
from harness.store.store import Store


@pytest.fixture
def store(tmp_path, record, environment):
    store = Store(tmp_path)
    with store.writing():
        for cell in ("c1", "c2", "c3"):
            store.append(replace(record, cell=cell), environment)
    return store


def damage(store, number):
    path = store.folder / "s.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[number - 1] = lines[number - 1].replace(b"0.5", b"0.7")
    path.write_bytes(b"\n".join(lines))
    return lines[number - 1]


def test_a_store_as_it_was_written_has_no_fault(store):
    found = examine(store.folder)
    assert (found.lines, found.unsealed, found.faults, found.notes) == (5, 0, (), ())


def test_a_changed_digit_is_found_and_set_aside_with_the_reason(store):
    bad = damage(store, 2)
    with pytest.raises(StoreError, match=r"s\.jsonl:2: must be as it was written"):
        Store(store.folder).of("s")
    (fault,) = examine(store.folder).faults
    assert fault.place.endswith("s.jsonl:2")
    assert repair(store.folder) == (fault,)
    assert [record.cell for record in Store(store.folder).records] == ["c1", "c3"]
    aside = (store.folder / "s.jsonl.bad").read_bytes()
    assert aside == b"# line 2: " + fault.reason.encode() + b"\n" + bad + b"\n"
    assert examine(store.folder).faults == ()
    assert repair(store.folder) == ()


def test_a_crash_of_a_repair_loses_nothing(store, monkeypatch):
    damage(store, 2)
    before = (store.folder / "s.jsonl").read_bytes()

    def crash(self, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", crash)
        with pytest.raises(FileError, match="no space left"):
            repair(store.folder)
    assert (store.folder / "s.jsonl").read_bytes() == before
    assert len(repair(store.folder)) == 1
    assert len(Store(store.folder).records) == 2


def test_an_environment_that_is_lost_comes_back_with_the_next_record(store, record, environment):
    path = store.folder / "environments.jsonl"
    path.write_bytes(path.read_bytes().replace(b"2 cores", b"3 cores"))
    assert len(repair(store.folder)) == 1
    again = Store(store.folder)
    assert not again.environments
    with again.writing():
        again.append(replace(record, cell="c4"), environment)
    assert list(Store(store.folder).environments) == [environment.id]


def test_lines_of_older_versions_are_counted_and_can_be_sealed(store):
    path = store.folder / "s.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1]
    path.write_bytes(b"\r\n".join([*map(unsealed, lines), b""]))
    assert examine(store.folder).unsealed == 3
    repair(store.folder)
    assert examine(store.folder).unsealed == 3
    repair(store.folder, seal=True)
    assert examine(store.folder).unsealed == 0
    assert path.read_bytes().split(b"\n")[:-1] == lines


def test_a_lost_array_and_an_unfinished_file_are_told(store, record, environment):
    with store.writing():
        whole = store.save_arrays(replace(record, cell="c4"), {"a": np.arange(3)})
        store.append(whole, environment)
    assert examine(store.folder).arrays == 1
    (store.folder / "arrays" / "s-c4.npz").unlink()
    (store.folder / "arrays" / "x.part").touch()
    found = examine(store.folder)
    assert found.arrays == 0
    assert found.faults[0].place == "cell c4, array 'a'"
    assert found.notes == (f"{store.folder / 'arrays' / 'x.part'}: was never finished",)
    repair(store.folder)
    assert examine(store.folder).notes == ()


def test_a_store_that_is_written_to_is_not_repaired(store):
    with store.writing(), pytest.raises(StoreError, match="another run is writing"):
        repair(store.folder)
