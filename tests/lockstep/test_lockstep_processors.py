"""The processors of a round: as many as threads, each as often as another."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lockstep.processors import of_round


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
