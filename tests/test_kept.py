"""What was found out is kept until anything that it depends on has changed."""

import os
from pathlib import Path

import pytest

from harness import kept
from harness.cache import Cache
from harness.kept import Inputs, Kept, depend, depending, look, question, watching


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_SETTLED", 0)
    return Kept(Cache("tests", 1024**2))


def inputs_of(*paths, listed=()):
    inputs = Inputs()
    inputs.read(paths, listed)
    return inputs


def test_it_is_found_with_what_it_depends_on(store, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("a", encoding="utf-8")
    inputs = inputs_of(file, tmp_path / "absent", listed=[(str(tmp_path), True)])
    store.put("asked", {"x": 1}, inputs)
    assert store.get("asked", Inputs()) is None  # the folder of the cache is new beside the file
    inputs = inputs_of(file, tmp_path / "absent", listed=[(str(tmp_path), True)])
    store.put("asked", {"x": 1}, inputs)
    found, known = store.get("asked", Inputs())
    assert found == {"x": 1}
    assert (known.files, known.folders) == (inputs.files, inputs.folders)
    assert store.get("another", Inputs()) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.txt").write_text("b", encoding="utf-8"),
        lambda folder: (folder / "a.txt").unlink(),
        lambda folder: (folder / "absent").write_text("", encoding="utf-8"),
        lambda folder: (folder / "listed" / "new").write_text("", encoding="utf-8"),
    ],
    ids=["edited", "gone", "come", "listed"],
)
def test_it_is_not_found_after_a_change(store, tmp_path, change):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "listed").mkdir()
    inputs = inputs_of(
        tmp_path / "a.txt", tmp_path / "absent", listed=[(str(tmp_path / "listed"), True)]
    )
    store.put("asked", 1, inputs)
    assert store.get("asked", Inputs()) is not None
    change(tmp_path)
    assert store.get("asked", Inputs()) is None


def test_a_library_that_lies_elsewhere_now_is_a_change(store, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    finder = site / "__editable___mine_1_finder.py"
    finder.write_text("MAPPING = {'mine': '/one'}\n", encoding="utf-8")
    store.put("asked", 1, inputs_of(listed=[(str(site), False)]))
    (site / "notes.txt").write_text("no module", encoding="utf-8")
    assert store.get("asked", Inputs()) is not None
    finder.write_text("MAPPING = {'mine': '/other'}\n", encoding="utf-8")
    assert store.get("asked", Inputs()) is None


def test_nothing_is_looked_at_twice_for_several_questions(store, tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("a", encoding="utf-8")
    for asked in ("one", "two"):
        store.put(asked, 1, inputs_of(file))
    looked = []
    stamp = kept.stamp
    monkeypatch.setattr(kept, "stamp", lambda path: looked.append(path) or stamp(path))
    now = Inputs()
    assert store.get("one", now)
    assert store.get("two", now)
    assert looked == [str(file)]


def test_what_was_edited_since_it_was_begun_is_not_kept(store, tmp_path):
    inputs = Inputs()
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    inputs.read([tmp_path / "a.txt"])
    assert not inputs.settled
    store.put("asked", 1, inputs)
    assert store.get("asked", Inputs()) is None


def test_what_is_found_out_on_the_way_brings_its_files(tmp_path):
    with depending() as outer:
        look(tmp_path / "a")
        with depending() as inner:
            look(tmp_path / "b")
        depend(inputs_of(tmp_path / "c"))
    look(tmp_path / "d")
    assert {Path(path).name for path in inner.files} == {"b"}
    assert {Path(path).name for path in outer.files} == {"a", "b", "c"}
    assert outer.lasting


def test_what_is_not_to_last_keeps_nothing_that_is_made_of_it(store):
    with depending() as inputs:
        depend(None)
    store.put("asked", 1, inputs)
    assert store.get("asked", Inputs()) is None


def test_files_and_folders_are_heard_of_while_they_are_watched(tmp_path):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    with watching() as opened:
        (tmp_path / "a.txt").read_bytes()
        list(tmp_path.iterdir())
    (tmp_path / "b.txt").write_text("b", encoding="utf-8")
    assert list(opened) == [str(tmp_path / "a.txt"), str(tmp_path)]
    assert kept.of_users([*opened, os.__file__, "/proc/self/maps"]) == list(opened)


def test_what_was_edited_after_it_was_opened_is_told(tmp_path):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    since = (tmp_path / "a.txt").stat().st_ctime_ns + 1
    with watching() as opened:
        (tmp_path / "a.txt").read_bytes()
    assert not kept.changed(opened, since)
    (tmp_path / "a.txt").unlink()
    assert kept.changed(opened, since)
    assert not kept.changed(opened, since - 1)  # made meanwhile, by ourselves


def test_files_in_memory_and_beside_the_cache_are_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    mine = [f"{os.sep}dev/shm/project/a.toml", str(tmp_path / "suites" / "a.toml")]
    entry = tmp_path / "overviews" / "ab" / f"ab{'0' * 62}"
    assert kept.of_users([*mine, str(entry), "/dev/null"]) == mine


def test_a_question_is_another_elsewhere(monkeypatch, tmp_path):
    here = question("a")
    assert question("b") != here
    monkeypatch.setenv("SOMETHING", "else")
    there = question("a")
    assert there != here
    monkeypatch.chdir(tmp_path)
    assert question("a") not in {here, there}
