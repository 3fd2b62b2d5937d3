"""Records are told as done once they are on the disk, and soon."""

from harness import environment
from harness.execute import cases
from harness.execute.cases import Commits
from harness.store.store import Store


def test_a_record_is_told_once_it_is_flushed(tmp_path, monkeypatch, record):
    store, said = Store(tmp_path), []
    monkeypatch.setattr(cases, "LONGEST", 1e9)
    group = Commits(store, lambda one: said.append(one.cell))
    flush = store.flush
    monkeypatch.setattr(store, "flush", lambda: (said.append("flush"), flush()))
    with store.writing():
        group.add(record("a"), environment.snapshot())
        group.add(record("b"), environment.snapshot())
        assert said == []
        assert [one.cell for one in Store(tmp_path).records] == ["a", "b"], "a kill loses none"
        group.settle()
        group.settle()
    assert said == ["flush", "a", "b", "flush"]


def test_no_record_waits_long(tmp_path, monkeypatch, record):
    store, told = Store(tmp_path), []
    monkeypatch.setattr(cases, "LONGEST", 0.0)
    with store.writing():
        Commits(store, told.append).add(record("a"), environment.snapshot())
    assert [one.cell for one in told] == ["a"]
