"""The agent's own parts, without a process around them."""

import math
import sys
import types

import pytest

from harness.lockstep.agent.harness_side import meter, turns


@pytest.fixture
def fresh(monkeypatch):
    made = turns.Turns()
    monkeypatch.setattr(turns, "TURNS", made)
    return made


class Line:
    """A line on which the other side answers at once."""

    def __init__(self):
        self.sent = []

    def send(self, event, **fields):
        self.sent.append(event)

    def receive(self):
        return {"go": True}


def test_a_turn_is_passed_only_before_a_round(fresh, monkeypatch):
    monkeypatch.setattr(turns, "SLICE", 0.0)
    line = Line()
    fresh.begin(line)
    start = fresh.clock()
    assert line.sent == ["pass"]
    assert fresh.clock() >= start
    assert line.sent == ["pass"], "the end of a round is read at once"


def test_waiting_while_the_other_has_its_turn_is_told_apart(fresh, monkeypatch):
    monkeypatch.setattr(turns, "SLICE", 0.0)
    seconds = iter((1.0, 1.5))
    fresh.begin(Line(), waited=lambda: next(seconds))
    fresh.clock()
    assert fresh.waited_away == 0.5


def test_without_a_channel_nothing_is_passed(fresh):
    assert fresh.clock() <= fresh.clock()
    assert fresh.marks == []


def test_rounds_are_grouped_by_turn(fresh):
    fresh.marks, fresh.speeds = [0, 0, 0, 1, 1, 2], [[1e-5], [2e-5, 8e-5], []]
    found = turns.by_turn([1.0, 4.0, 2.0, 8.0, 3.0])  # the first round was warm-up
    assert found["turns"] == pytest.approx([2.0, 4.0, 3.0])
    assert found["speeds"][:2] == pytest.approx([1e-5, 4e-5])
    assert found["speeds"][2] is None
    first = turns.by_turn([1.0, 4.0, 2.0, 8.0], first=True)
    assert first["turns"] == pytest.approx([2.0, 8.0])


def test_rounds_of_another_clock_are_one_turn(fresh):
    assert turns.by_turn([1.0, 4.0]) == {"turns": [pytest.approx(2.0)], "speeds": [None]}


def test_a_meter_reads_what_the_system_has():
    reader = meter.Meter()
    reader.start()
    block = bytearray(64 * 2**20)
    block[::4096] = b"x" * len(block[::4096])
    found = reader.stop(away=0.0)
    assert found["wall"] > 0
    assert found["cpu"] >= 0
    assert found["device_peak"] is None
    if sys.platform == "linux":
        assert found["peak"] > 64 * 2**20
        assert found["waited"] >= 0


def test_a_peak_that_cannot_be_set_back_is_not_told(monkeypatch):
    monkeypatch.setattr(meter, "_reset_peak", lambda: False)
    reader = meter.Meter()
    reader.start()
    assert reader.stop()["peak"] is None


def test_waiting_is_untold_without_schedstat(monkeypatch):
    monkeypatch.setattr(meter.glob, "glob", lambda pattern: [])
    assert math.isnan(meter.waited())


def test_an_accelerator_that_is_not_in_use_is_left_alone(monkeypatch):
    def refuse():
        raise AssertionError("must not be touched")

    cuda = types.SimpleNamespace(is_initialized=lambda: False, synchronize=refuse)
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    turns.Turns().clock()
