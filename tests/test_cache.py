import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import cache
from harness.cache import Cache

KEY = "ab" * 32


@pytest.fixture
def things(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return Cache("things", 1000)


def test_what_is_kept_is_found(things):
    assert things.get(KEY) is None
    things.put(KEY, b"one")
    assert things.get(KEY) == b"one"
    things.put(KEY, b"two")
    assert things.get(KEY) == b"two"


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data[:40] + b"x", lambda _: b""]
)
def test_what_is_not_as_it_was_written_counts_as_absent(things, tmp_path, spoil):
    things.put(KEY, b"one" * 100)
    (entry,) = tmp_path.glob("things/*/*")
    entry.write_bytes(spoil(entry.read_bytes()))
    assert things.get(KEY) is None
    things.put(KEY, b"again")
    assert things.get(KEY) == b"again"


def test_a_full_cache_loses_what_was_not_asked_for_the_longest(things, tmp_path):
    keys = [f"{number:x}" * 64 for number in range(1, 9)]
    for age, key in enumerate(keys):
        things.put(key, os.urandom(200))
        (entry,) = tmp_path.glob(f"things/*/{key}")
        os.utime(entry, (1000 + age, 1000 + age))
    things.get(keys[0])  # asked for now
    things.trim()
    left = [key for key in keys if things.get(key)]
    assert left[0] == keys[0]
    assert left[1:] == keys[-len(left) + 1 :]
    assert sum(entry.stat().st_size for entry in tmp_path.glob("things/*/*")) <= things.most


def test_a_cache_that_is_not_full_loses_nothing(things):
    things.put(KEY, b"one")
    things.trim()
    assert things.get(KEY) == b"one"


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file"))
    things = Cache("things", 1000)
    things.put(KEY, b"one")
    things.trim()
    assert things.get(KEY) is None


def test_writers_at_the_same_time_leave_one_whole_entry_and_nothing_beside(things, tmp_path):
    datas = [bytes([number]) * 5000 for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda data: things.put(KEY, data), datas * 4))
    assert things.get(KEY) in datas
    assert len(list(tmp_path.glob("things/*/*"))) == 1


def test_a_relative_cache_lies_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CACHE", "mine")
    assert cache.root() == tmp_path / "mine"
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert cache.root() == tmp_path / "other" / "mine"
