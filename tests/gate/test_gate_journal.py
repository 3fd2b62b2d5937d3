"""What a journal keeps, and when a run goes on from it."""

import json

import pytest
from gate_pairs import pair, sample
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.gate.journal import NAME, Journal, pair_from_json, pair_to_json
from harness.gate.values import Pair
from harness.lockstep.sample import Sample

HEADER = {"trees": ["a", "b"]}
numbers = st.floats(1e-9, 1e9)


@given(numbers, numbers, st.integers(0, 10**6), st.sampled_from(["base", "head"]))
def test_pairs_come_back_equal(base, head, index, first):
    one = Pair("x[ü]", index, first, sample(base), sample(head))
    text = json.dumps(pair_to_json(one), allow_nan=False)
    # nan is not equal to itself: compare what is written
    assert pair_to_json(pair_from_json(json.loads(text))) == pair_to_json(one)
    assert pair_from_json(json.loads(text)).head.seconds == head


def test_an_error_comes_back():
    one = Pair("a", 0, "base", Sample(error="boom", skipped=True), sample())
    back = pair_from_json(pair_to_json(one))
    assert (back.base.error, back.base.skipped) == ("boom", True)


@pytest.mark.parametrize("value", [{}, {"case": "a"}, {**pair_to_json(pair()), "base": {"x": 1}}])
def test_what_no_gate_wrote_is_refused(value):
    with pytest.raises(StoreError, match="must have what the gate writes"):
        pair_from_json(value)


def written(folder, rounds, *, end=False):
    with Journal(folder, HEADER) as journal:
        for index in range(rounds):
            journal.append([pair(index, case="a"), pair(index, case="b")])
        if end:
            journal.end()


def test_an_interrupted_run_goes_on(tmp_path):
    written(tmp_path, 3)
    assert [(p.case, p.index) for p in Journal(tmp_path, HEADER).pairs] == [
        (case, index) for index in range(3) for case in "ab"
    ]


def test_going_on_twice_keeps_everything(tmp_path):
    written(tmp_path, 3)
    with Journal(tmp_path, HEADER) as journal:
        journal.append([pair(3)])
    assert len(Journal(tmp_path, HEADER).pairs) == 7


@pytest.mark.parametrize(
    ("header", "end", "fresh"),
    [(HEADER, True, False), ({"trees": ["a", "c"]}, False, False), (HEADER, False, True)],
    ids=["ended", "something else", "asked to begin anew"],
)
def test_other_runs_begin_anew(tmp_path, header, end, fresh):
    written(tmp_path, 3, end=end)
    assert Journal(tmp_path, header, fresh=fresh).pairs == []


def test_a_torn_line_is_left_out(tmp_path):
    written(tmp_path, 3)
    path = tmp_path / NAME
    text = path.read_text()
    path.write_text(text[: text.rindex("{") - 40])
    assert {p.index for p in Journal(tmp_path, HEADER).pairs} == {0, 1}


def test_a_line_that_is_no_json_is_refused(tmp_path):
    (tmp_path / NAME).write_text("nonsense\n")
    with pytest.raises(StoreError, match="delete it to begin anew"):
        Journal(tmp_path, HEADER)


def test_a_journal_must_be_opened(tmp_path):
    with pytest.raises(StoreError, match="must be opened"):
        Journal(tmp_path, HEADER).end()
