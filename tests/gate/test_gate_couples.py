"""The processes of one round after another: where they run, when they are started, how they end."""

import os
import time

import pytest
from gate_benchmarks import PATIENT, QUICK, commands, project

from harness.gate import couples
from harness.gate.couples import Couple, Relay
from harness.lockstep.process import available

TWO = pytest.mark.skipif(len(available()) < 2, reason="there is but one processor to be on")
SAYING = """
import os, pathlib
HERE = pathlib.Path(__file__).parent
(HERE / f"{os.environ.get('SIDE', 'base')}-{os.environ['PYTHONHASHSEED']}").touch()

def test_it(benchmark):
    benchmark(list)
"""
ENDING = """
import os, pathlib, pytest
HERE = pathlib.Path(__file__).parent

@pytest.fixture(scope="session", autouse=True)
def _kept():
    yield
    (HERE / f"ended-{os.environ['PYTHONHASHSEED']}").touch()
"""


def there(folder, name, patience=60.0):
    """Wait for a file."""
    until = time.monotonic() + patience
    while not (found := (folder / "bench" / name).exists()) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def ended(couple):
    return all(side._process.poll() is not None for side in couple.sides.values())


@pytest.fixture
def two_processors(monkeypatch):
    """A machine that has as many processors to itself as it may use."""
    monkeypatch.setattr(couples.environment, "cores", lambda: len(available()))


@TWO
def test_the_next_couple_collects_on_other_processors(tmp_path, two_processors):
    folder = project(tmp_path, SAYING)
    sides = commands(folder, SIDE="head")
    with Relay(PATIENT) as relay:
        relay.alone = False
        present = relay.take(sides, 0, QUICK)
        relay.start_next(sides, 1, QUICK)
        assert there(folder, "base-1")
        assert there(folder, "head-1")
        relay.done()
        after = relay.take(sides, 1, QUICK)
        assert after.index == 1
        assert not after.on & present.on
        assert {os.sched_getaffinity(s._process.pid) == after.on for s in after.sides.values()} == {
            True
        }
    assert ended(present)
    assert ended(after)


@TWO
@pytest.mark.parametrize(
    ("alone", "cores"), [(True, None), (False, 1)], ids=["other work", "a quota of one processor"]
)
def test_no_couple_is_started_where_it_would_disturb(tmp_path, monkeypatch, alone, cores):
    monkeypatch.setattr(couples.environment, "cores", lambda: cores or len(available()))
    folder = project(tmp_path, SAYING)
    sides = commands(folder)
    with Relay(PATIENT) as relay:
        relay.alone = alone
        relay.take(sides, 0, QUICK)
        relay.start_next(sides, 1, QUICK)
        assert there(folder, "base-0")
        assert not there(folder, "base-1", patience=1.0)


def test_where_no_processor_can_be_chosen_none_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(couples, "available", tuple)
    folder = project(tmp_path, SAYING)
    sides = commands(folder)
    with Relay(PATIENT) as relay:
        relay.alone = False
        assert relay.take(sides, 0, QUICK).on == frozenset()
        relay.start_next(sides, 1, QUICK)
        assert not there(folder, "base-1", patience=1.0)


@TWO
def test_a_couple_that_nobody_takes_is_ended(tmp_path, two_processors):
    sides = commands(project(tmp_path, SAYING))
    with Relay(PATIENT) as relay:
        relay.alone = False
        relay.take(sides, 0, QUICK)
        relay.start_next(sides, 1, QUICK)
        unwanted = relay._next
        relay.done()
        assert relay.take(commands(project(tmp_path / "other")), 1, QUICK) is not unwanted
        assert ended(unwanted)


def test_a_couple_that_is_done_ends_by_itself(tmp_path):
    folder = project(project(tmp_path, SAYING), ENDING, "bench/conftest.py")
    sides = commands(folder)
    with Relay(PATIENT) as relay:
        couple = relay.take(sides, 0, QUICK)
        couple.ask([])
        relay.done()
    assert ended(couple)


def test_an_interruption_ends_all_couples(tmp_path):
    relay = Relay(PATIENT)
    couple = relay.take(commands(project(tmp_path)), 0, QUICK)
    with pytest.raises(KeyboardInterrupt), relay:
        raise KeyboardInterrupt
    assert ended(couple)


def test_a_couple_is_closed_once(tmp_path):
    with Couple(commands(project(tmp_path)), 0, QUICK) as couple:
        couple.close()
        couple.leave(PATIENT)
        assert couple.closed
    assert ended(couple)
