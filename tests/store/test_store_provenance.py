"""What records were made of stands once in a store, and before the first record that names it."""

from dataclasses import replace

import pytest

from harness.errors import StoreError
from harness.lines import Log, sealed, unsealed
from harness.store.health import examine, repair
from harness.store.store import Store
from harness.types import DataUsed

MNIST = DataUsed("mnist", "mnist", "11de", same_images=True)


def fill(folder, environment, *records):
    store = Store(folder)
    with store.writing():
        for record in records:
            store.append(record, environment)
    return store


@pytest.fixture
def made(record):
    return [
        replace(record, cell="c1", data=MNIST),
        replace(record, cell="c2", data=MNIST),
        replace(record, cell="c3", data=MNIST, code={"own.py": "ab"}, commit="12 dirty"),
        replace(record, cell="c4"),
    ]


def test_it_is_written_once_for_all_records_that_share_it(tmp_path, made, environment):
    fill(tmp_path, environment, *made[:2])
    fill(tmp_path, environment, *made[2:])
    assert list(Store(tmp_path).records) == made
    assert (tmp_path / "provenance.jsonl").read_bytes().count(b"\n") == 3
    assert b"11de" not in (tmp_path / "s.jsonl").read_bytes()
    first, second = Store(tmp_path).records[:2]
    assert first.data is second.data


def test_it_is_on_disk_before_a_record_names_it(tmp_path, made, environment, monkeypatch):
    order, append = [], Log.append

    def watched(log, value, *, flush=True):
        append(log, value, flush=flush)
        assert flush or log.path.name == "s.jsonl"
        order.append(log.path.name)

    monkeypatch.setattr(Log, "append", watched)
    fill(tmp_path, environment, *made[:2])
    assert order == ["environments.jsonl", "provenance.jsonl", "s.jsonl", "s.jsonl"]


def test_records_whose_provenance_is_lost_are_told_and_set_aside(tmp_path, made, environment):
    fill(tmp_path, environment, *made)
    path = tmp_path / "provenance.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"own.py", b"own.px"))
    with pytest.raises(StoreError, match=r"provenance\.jsonl:2: must be as it was written"):
        Store(tmp_path)
    assert [fault.place.rpartition("/")[2] for fault in examine(tmp_path).faults] == [
        "provenance.jsonl:2",
        "s.jsonl:3",
    ]
    assert len(repair(tmp_path)) == 2
    assert list(Store(tmp_path).records) == [made[0], made[1], made[3]]
    fill(tmp_path, environment, made[2])
    assert sorted(r.cell for r in Store(tmp_path).records) == ["c1", "c2", "c3", "c4"]
    assert sorted(path.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_a_line_that_says_other_than_its_id_is_refused(tmp_path, made, environment):
    fill(tmp_path, environment, made[0])
    path = tmp_path / "provenance.jsonl"
    line = unsealed(path.read_bytes().strip()).replace(b"11de", b"22de")
    path.write_bytes(sealed(line) + b"\n")
    with pytest.raises(StoreError, match=r"provenance\.jsonl:1: its id must be the digest of what"):
        Store(tmp_path)
    path.write_bytes(b'{"v":2,"id":"x","colour":"red"}\n')
    with pytest.raises(StoreError, match=r":1: must be the provenance of records \(environment, d"):
        Store(tmp_path)
    path.write_bytes(b'{"v":2,"id":"x","environment":3}\n')
    with pytest.raises(StoreError, match=r":1: environment: must be a text"):
        Store(tmp_path)
