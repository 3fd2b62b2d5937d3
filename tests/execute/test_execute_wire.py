import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.execute import wire
from harness.execute.wire import Answer
from harness.types import Outcome, Series

INF = float("inf")
ANSWER = Answer(
    "ok",
    outcome=Outcome(
        metrics={"m": 0.1, "i": -INF},
        series={"s": Series((1.0,), (INF,))},
        samples={"t": (1e-300,)},
        digests={"d": "abc"},
        arrays={"a": np.arange(6).reshape(2, 3), "file": np.zeros((0, 3)), "big": np.ones(1 << 18)},
    ),
    wall_s=1.5,
    cpu_s=1.0,
    peak_rss=5,
)


def test_an_answer_comes_back(tmp_path):
    wire.write(ANSWER, tmp_path)
    found = wire.read(tmp_path)
    assert found.outcome.arrays.keys() == ANSWER.outcome.arrays.keys()
    for name, array in ANSWER.outcome.arrays.items():
        np.testing.assert_array_equal(found.outcome.arrays[name], array)
        assert found.outcome.arrays[name].dtype == array.dtype
    assert found.outcome.metrics == ANSWER.outcome.metrics
    assert found.outcome.series == ANSWER.outcome.series
    assert found.outcome.samples == ANSWER.outcome.samples
    assert found.outcome.digests == ANSWER.outcome.digests
    assert (found.wall_s, found.cpu_s, found.peak_rss) == (1.5, 1.0, 5)


def test_no_answer_is_none(tmp_path):
    assert wire.read(tmp_path) is None
    (tmp_path / "answer.json.part").write_text("{")
    assert wire.read(tmp_path) is None, "an answer being written is none yet"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "fine"},
        {"metrics": {"m": "abc"}},
        {"metrics": [1]},
        {"series": {"s": [[1], [1, 2]]}},
        {"series": {"s": 3}},
        {"arrays": ["a", "b", "c", "not there"]},
        {"arrays": ["../a"]},
        {"wall_s": "nan"},
        {"wall_s": -1},
        {"peak_rss": None},
        {"digests": {"d": {}}},
    ],
)
def test_an_answer_that_is_wrong_is_refused(tmp_path, change):
    wire.write(ANSWER, tmp_path)
    path = tmp_path / wire.ANSWER
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(wire.Unreadable, match="left an answer that cannot be"):
        wire.read(tmp_path)


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_rubbish_is_refused(tmp_path_factory, rubbish):
    folder = tmp_path_factory.mktemp("rubbish")
    (folder / wire.ANSWER).write_bytes(rubbish)
    with pytest.raises(wire.Unreadable):
        wire.read(folder)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_rubbish_for_an_array_is_refused_or_an_array(tmp_path_factory, rubbish, at):
    folder = tmp_path_factory.mktemp("rubbish")
    wire.write(Answer("ok", outcome=Outcome(arrays={"a": np.arange(9.0)})), folder)
    whole = (folder / "0.npy").read_bytes()
    (folder / "0.npy").write_bytes(whole[:at] + rubbish + whole[at + len(rubbish) :])
    try:
        found = wire.read(folder)
    except wire.Unreadable:
        return
    assert found.outcome.arrays["a"].dtype.kind in "biufc"


def test_objects_are_not_loaded(tmp_path):
    wire.write(Answer("ok", outcome=Outcome(arrays={"a": np.zeros(1)})), tmp_path)
    np.save(tmp_path / "0.npy", np.array([{"run": "this"}]), allow_pickle=True)
    with pytest.raises(wire.Unreadable):
        wire.read(tmp_path)


def test_an_answer_too_large_is_refused(tmp_path, monkeypatch):
    wire.write(ANSWER, tmp_path)
    monkeypatch.setattr(wire, "_LARGEST", 10)
    with pytest.raises(wire.Unreadable, match="at most 10 are read"):
        wire.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_would_be_waited_for_is_refused(tmp_path):
    os.mkfifo(tmp_path / wire.ANSWER)
    with pytest.raises(wire.Unreadable, match="no plain file"):
        wire.read(tmp_path)
