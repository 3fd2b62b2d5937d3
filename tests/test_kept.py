import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import kept
from harness.kept import Shelf

KEY = "ab" * 32


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return Shelf("things", 1000)


def test_what_is_kept_is_found(shelf):
    assert shelf.get(KEY) is None
    shelf.put(KEY, b"one")
    assert shelf.get(KEY) == b"one"
    shelf.put(KEY, b"two")
    assert shelf.get(KEY) == b"two"


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data[:40] + b"x", lambda _: b""]
)
def test_what_is_not_as_it_was_written_counts_as_absent(shelf, tmp_path, spoil):
    shelf.put(KEY, b"one" * 100)
    (entry,) = tmp_path.glob("things/*/*")
    entry.write_bytes(spoil(entry.read_bytes()))
    assert shelf.get(KEY) is None
    shelf.put(KEY, b"again")
    assert shelf.get(KEY) == b"again"


def test_a_full_shelf_loses_what_was_not_asked_for_the_longest(shelf, tmp_path):
    keys = [f"{number:x}" * 64 for number in range(1, 9)]
    for age, key in enumerate(keys):
        shelf.put(key, os.urandom(200))
        (entry,) = tmp_path.glob(f"things/*/{key}")
        os.utime(entry, (1000 + age, 1000 + age))
    shelf.get(keys[0])  # asked for now
    shelf.trim()
    left = [key for key in keys if shelf.get(key)]
    assert left[0] == keys[0]
    assert left[1:] == keys[-len(left) + 1 :]
    assert sum(entry.stat().st_size for entry in tmp_path.glob("things/*/*")) <= shelf.most


def test_a_shelf_that_is_not_full_loses_nothing(shelf):
    shelf.put(KEY, b"one")
    shelf.trim()
    assert shelf.get(KEY) == b"one"


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file"))
    shelf = Shelf("things", 1000)
    shelf.put(KEY, b"one")
    shelf.trim()
    assert shelf.get(KEY) is None


def test_writers_at_the_same_time_leave_one_whole_entry_and_nothing_beside(shelf, tmp_path):
    datas = [bytes([number]) * 5000 for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda data: shelf.put(KEY, data), datas * 4))
    assert shelf.get(KEY) in datas
    assert len(list(tmp_path.glob("things/*/*"))) == 1


def test_a_relative_cache_lies_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CACHE", "mine")
    assert kept.root() == tmp_path / "mine"
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert kept.root() == tmp_path / "other" / "mine"
