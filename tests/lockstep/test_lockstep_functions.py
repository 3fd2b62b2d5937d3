"""The parts of a side that times functions and commands, without a process around them."""

import sys
import time
import types

import numpy as np
import pytest

from harness.lockstep.agent.harness_side.functions import burst
from harness.lockstep.agent.harness_side.functions.work import Failed, Work, arguments, same


class Line:
    """A line on which the other side answers at once."""

    def __init__(self):
        self.sent = []

    def send(self, event, **fields):
        self.sent.append(event)

    def receive(self):
        return {"go": True}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        (float("nan"), float("nan")),
        ([1, 2.0], (1, 2)),
        ({"a": [0.1 + 0.2]}, {"a": [0.3]}),
        ({1, 2}, {2, 1}),
        ("text", "text"),
        (np.array([1.0, 1e-12]), np.array([1.0, 0.0])),
        (np.float32(0.1), 0.1),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        (np.array([1, 2]), np.array([1, 2])),
        (np.array(["a"]), np.array(["a"])),
        (np.array([np.nan]), np.array([np.nan])),
    ],
)
def test_what_says_the_same_is_the_same(one, other):
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (10**18, 10**18 + 1),
        (1.0, 1.001),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        (None, [1]),
        ("1", 1),
        ({"a": 1}, {"b": 1}),
        (float("inf"), 1.0),
        (float("inf"), float("-inf")),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
        (np.array([1.0]), np.array([[1.0]])),
        (np.array([np.nan]), np.array([0.0])),
        (np.array(["a"]), np.array([1.0])),
        (iter([1]), iter([1])),
    ],
)
def test_what_says_another_thing_is_not(one, other):
    assert not same(one, other)
    assert not same(other, one)


def test_data_frames_are_compared_as_wholes():
    pandas = pytest.importorskip("pandas")
    one = pandas.DataFrame({"a": [1, 2]})
    assert same(one, one.copy())
    assert not same(one, one + 1)


def known(**values):
    return {name: lambda value=value: value for name, value in values.items()}


def test_a_function_is_given_what_it_asks_for_by_name():
    def ask(data, seed, size=3, *, other=1):
        raise AssertionError("only its arguments are looked at")

    given = arguments(ask, ([1],), known(seed=7, rng=None, size=10))
    assert given == (([1],), {"seed": 7, "size": 10})


def test_arguments_that_do_not_fit_name_the_function():
    def ask(data, key):
        raise AssertionError("only its arguments are looked at")

    with pytest.raises(TypeError, match=r"ask\(data, key\) cannot be called: missing .*'key'"):
        arguments(ask, ([1],), known(seed=7))
    with pytest.raises(TypeError, match="too many positional arguments; it is given 3 from setup"):
        arguments(ask, (1, 2, 3), known(seed=7))


@pytest.fixture
def mine(monkeypatch):
    module = types.ModuleType("mine")
    monkeypatch.setitem(sys.modules, "mine", module)
    return module


def request(**changes):
    place = {"module": "mine", "attribute": "setup"}
    plain = {"seed": 3, "stream": {"entropy": 1, "key": [2]}, "params": {}, "fresh": False}
    return {**plain, "setup": place, **changes}


def work(name, **changes):
    return Work({"module": "mine", "attribute": name}, request(**changes))


def test_every_call_has_its_own_where_it_is_to_be_fresh(mine):
    mine.setup = lambda seed: [seed, 1]
    mine.function = list.sort
    one = work("function", fresh=True)
    first, second = one.calls(2)
    first()
    assert (first.args, second.args) == (([1, 3],), ([3, 1],))
    assert not one.changes_what_it_is_given()


def test_a_change_of_what_is_handed_on_is_seen(mine):
    mine.setup = lambda seed: [seed, 1]
    mine.function, mine.pure = list.sort, sorted
    for name, changes in (("function", True), ("pure", False)):
        one = work(name)
        one.calls(1)[0]()
        assert one.changes_what_it_is_given() is changes


def test_a_setup_that_never_makes_the_same_accuses_nobody(mine):
    mine.setup, mine.function = (lambda: object()), (lambda made: made)
    assert not work("function").changes_what_it_is_given()


def test_a_tuple_is_several_arguments_and_random_numbers_repeat(mine):
    mine.setup = lambda rng, size: (rng.random(size), 2.0)
    mine.twice = lambda x, factor: x * factor
    mine.sum = lambda x, factor: x + x
    one, other = (work(name, params={"size": 4}) for name in ("twice", "sum"))
    assert one.calls(1)[0]().shape == (4,)
    assert one.agrees(other)


class Odd:
    def __eq__(self, other):
        raise ValueError("no truth")

    __hash__ = None


def test_what_cannot_be_compared_is_not_told(mine):
    mine.setup, mine.make = Odd, (lambda made: Odd())
    one = work("make")
    assert one.agrees(work("make")) is None
    assert not one.changes_what_it_is_given()


def test_a_setup_that_returns_nothing_hands_nothing_over(mine):
    mine.setup, mine.plain = (lambda: None), (lambda: 1)
    assert work("plain").calls(1)[0]() == 1


def test_functions_that_take_and_return_nothing_have_nothing_to_agree_on(mine):
    mine.nothing = lambda: None
    one, other = (work("nothing", setup=None) for _ in range(2))
    assert one.agrees(other) is None


def test_functions_that_return_nothing_agree_on_what_they_made(mine):
    mine.setup = lambda: [3, 1, 2]
    mine.sort = list.sort
    mine.reverse = list.reverse
    mine.other = lambda data: data.sort(reverse=True)
    assert work("sort").agrees(work("sort"))
    assert not work("sort").agrees(work("reverse"))
    assert not work("sort").agrees(work("other"))


def command(*words):
    return Work({"command": [sys.executable, "-c", *words]}, request(setup=None))


def test_commands_agree_on_what_they_write():
    assert command("print(1)").agrees(command("print(1)"))
    assert not command("print(1)").agrees(command("print(2)"))


def test_a_command_and_a_function_have_nothing_to_agree_on(mine):
    mine.function = lambda: 1
    assert command("print(1)").agrees(work("function", setup=None)) is None


def test_a_command_that_fails_says_how():
    failing = command("import sys; sys.exit('no such table')")
    with pytest.raises(Failed, match="ended with 1: no such table"):
        failing.calls(1)[0]()
    missing = Work({"command": ["no-such-program"]}, request(setup=None))
    with pytest.raises(Failed, match="no-such-program cannot be started"):
        missing.calls(1)[0]()


def again(call):
    return lambda count: [call] * count


def test_a_short_call_is_repeated_within_a_round():
    calls = []
    found = burst.measured(Line(), again(lambda: calls.append(1)), 0.01, 3)
    assert found["rounds"] >= 3
    assert len(calls) > 100 * found["rounds"]
    assert 0 < min(found["turns"]) < burst.ROUND
    assert len(found["turns"]) == len(found["speeds"])


def test_a_long_call_is_measured_a_few_times_and_passes_the_turn():
    line, calls = Line(), []

    def sleeping():
        calls.append(None)
        time.sleep(0.02)

    found = burst.measured(line, again(sleeping), 0.01, 3)
    assert (found["rounds"], len(calls)) == (3, 4)  # one to warm up
    assert set(line.sent) == {"pass"}
    assert len(line.sent) >= 3  # once more where another program held the processor
    assert len(found["turns"]) == 3
    assert found["wall"] >= 4 * 0.02


def test_making_what_is_handed_over_is_not_timed_and_not_endless():
    def make(count):
        time.sleep(0.01)
        return [int] * count

    found = burst.measured(Line(), make, 0.001, 2)
    assert found["rounds"] == 2
    assert max(found["turns"]) < 1e-3


class Waiting:
    """A thread that waits for a processor for nine of ten milliseconds."""

    def __init__(self):
        self.told = iter((5.0, 5.009))

    def waited(self):
        return next(self.told)


def test_what_a_round_waited_is_no_part_of_its_time():
    seconds = burst._round([lambda: time.sleep(0.01)], Waiting())
    assert seconds >= 0.001
    plain = time.perf_counter()
    assert burst._round([lambda: None], Waiting()) < time.perf_counter() - plain


def test_where_the_system_does_not_tell_nothing_has_waited(monkeypatch):
    monkeypatch.setattr(burst, "FILE", "/no/such/file")
    untold = burst.Queue()
    assert (untold.told, untold.waited()) == (False, 0.0)
    untold.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has schedstat")
def test_a_thread_can_wait_no_longer_than_it_lives():
    began = time.monotonic()
    own = burst.Queue()
    first = own.waited()
    assert 0.0 <= own.waited() - first <= time.monotonic() - began
    own.close()
    assert not own.told
