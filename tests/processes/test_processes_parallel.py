"""Many things side by side: the same results in the same order, whoever makes them."""

import gc
import os
import signal
import sys

import pytest

from harness.errors import StoreError
from harness.processes.parallel import beside, kept, parallel_map, processors


class Odd(Exception):
    """What is sent, and cannot be made again where it arrives."""

    def __init__(self, *, why):
        super().__init__(why)


@pytest.mark.parametrize("processes", [None, 1, 3])
def test_results_are_those_of_a_loop(processes):
    assert parallel_map(lambda item: item * 2, range(20), processes) == [
        2 * item for item in range(20)
    ]
    assert parallel_map(lambda item: item, [], processes) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_children_do_it_and_have_what_is_here():
    here = {"a": object()}  # which could not be sent
    found = parallel_map(lambda _: (os.getpid(), str(here["a"])), range(4), 2)
    assert os.getpid() not in {process for process, _ in found}
    assert {text for _, text in found} == {str(here["a"])}


def test_one_thing_is_done_here():
    assert parallel_map(lambda _: os.getpid(), [0], 4) == [os.getpid()]


def test_one_inside_another_ends_before_it_goes_on():
    def outer(number):
        return sum(parallel_map(lambda inner: inner + number, range(3), 2))

    assert parallel_map(outer, range(3), 2) == [3, 6, 9]


def test_what_a_killed_child_leaves_is_done_here():
    here = os.getpid()

    def killed(number):
        if number == 1 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert parallel_map(killed, range(5), 2) == [0, 1, 2, 3, 4]


def test_what_does_not_arrive_is_raised_as_it_is():
    def fails(number):
        raise Odd(why=f"no {number}")

    with pytest.raises(Odd, match="no 0"):
        parallel_map(fails, range(3), 2)


def test_what_a_child_raises_is_raised_here():
    def fails(number):
        raise StoreError(f"x.jsonl:{number}: must be JSON")

    with pytest.raises(StoreError, match=r"x\.jsonl:0: must be JSON"):
        parallel_map(fails, range(2), 2)
    assert processors() >= 1


def test_garbage_is_looked_for_again_afterwards():
    with kept():
        with kept():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.skipif(processors() < 2, reason="with one processor it is done here")
def test_what_goes_on_beside_is_done_in_a_child_and_hands_back_its_result():
    with beside(lambda: (os.getpid(), "x" * 1_000_000)) as told:
        process, text = told()
    assert (process != os.getpid()) is (sys.platform == "linux")
    assert len(text) == 1_000_000


def test_what_fails_or_is_killed_beside_is_done_here():
    here = os.getpid()

    def killed():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return here

    with beside(killed) as told:
        assert told() == here
    with beside(lambda: 1 // 0) as told, pytest.raises(ZeroDivisionError):
        told()


def test_nobody_waits_for_what_is_not_asked_for():
    with pytest.raises(KeyError), beside(signal.pause):
        raise KeyError
