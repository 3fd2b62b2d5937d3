"""The processors of a round: as many as threads, each as often as another."""

import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lockstep.process import keep, of_round, refused


@given(st.integers(1, 8), st.sets(st.integers(0, 99), min_size=1, max_size=16))
def test_every_processor_has_as_many_rounds(threads, there):
    found = [of_round(index, threads, sorted(there)) for index in range(len(there))]
    if threads >= len(there):
        assert set(found) == {frozenset()}
        return
    assert {len(one) for one in found} == {threads}
    assert Counter(cpu for one in found for cpu in one) == dict.fromkeys(there, threads)


@pytest.mark.parametrize(
    ("index", "threads", "expected"),
    [(0, 1, {3}), (1, 1, {5}), (2, 1, {3}), (0, 2, set())],
)
def test_rounds_go_on_in_turn(index, threads, expected):
    assert of_round(index, threads, (3, 5)) == expected
    assert of_round(index, threads, ()) == frozenset()


def forbidden(*_):
    raise PermissionError(1, "Operation not permitted")


def test_a_processor_can_be_chosen_and_the_choice_is_undone():
    before = os.sched_getaffinity(0)
    assert refused() == ""
    assert os.sched_getaffinity(0) == before


def test_what_forbids_choosing_a_processor_is_told(monkeypatch):
    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    assert refused() == "operation not permitted"
    keep(os.getpid(), frozenset({0}))  # which is no error: the round goes on wherever it is
    if len(os.sched_getaffinity(0)) > 1:
        monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
        assert refused() == "the system takes no notice"
    monkeypatch.delattr(os, "sched_setaffinity")
    assert refused() == "the system has no such call"
