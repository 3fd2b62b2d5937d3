"""Real processes: what is collected, taken in turns, and said of sides that misbehave."""

import math
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from gate_benchmarks import PATIENT, QUICK, command, commands, measured, project

from harness.gate.collection import SideCases, SideSilent, collect
from harness.lockstep.sample import read
from harness.lockstep.turns import OutOfTime, Timeouts

RNG = np.random.Generator(np.random.PCG64(0))


def one_round(sides, names=None, timeouts=PATIENT):
    names = names or collect(sides["base"], timeouts, QUICK).names
    return {pair.case: pair for pair in measured(sides, names, 0, RNG, timeouts, QUICK)}


def test_benchmarks_are_collected_and_nothing_else(tmp_path):
    found = collect(command(project(tmp_path)), PATIENT, QUICK).names
    names = ("test_sum", "test_list[10]", "test_list[20]")
    assert found == tuple(f"bench/test_it.py::{name}" for name in names)


def test_a_path_that_a_side_does_not_have_is_no_error(tmp_path):
    assert collect(command(tmp_path, "nowhere"), PATIENT, QUICK) == SideCases()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os\nos.abort()", "SIGABRT"),
        ("import os\nos._exit(7)", "ended with 7"),
    ],
)
def test_a_side_that_does_not_collect_says_why(tmp_path, text, words):
    with pytest.raises(SideSilent, match=words):
        collect(command(project(tmp_path, text)), PATIENT, QUICK)


def test_an_interpreter_without_pytest_benchmark_is_named(tmp_path):
    bare = command(project(tmp_path))
    hidden = project(
        tmp_path / "hide", "import sys\nsys.modules['pytest_benchmark'] = None", "sitecustomize.py"
    )
    with pytest.raises(SideSilent, match="pytest_benchmark must be installed"):
        collect(replace(bare, path=(hidden,)), PATIENT, QUICK)


def test_a_pair_has_both_sides_in_turns(tmp_path):
    sides = commands(project(tmp_path), WORK="2000")
    options = ("--benchmark-max-time=0.05", "-c", "/dev/null")
    name = "bench/test_it.py::test_sum"
    (pair,) = measured(sides, [name], 3, RNG, PATIENT, options)
    assert (pair.case, pair.index) == (name, 3)
    assert pair.base.error == pair.head.error == ""
    assert len(pair.base.turns) > 2
    assert pair.base.seconds == pytest.approx(np.median(pair.base.turns), rel=1e-4)
    assert pair.log_ratio("time") > math.log(2)  # ten times the work
    for side in (pair.base, pair.head):
        assert side.peak >= side.held > 2**20
        assert 0 < side.cpu <= 1.5 * side.wall
        assert len(side.speeds) == len(side.turns)
        assert all(0 < speed < 0.1 for speed in side.speeds)
        assert side.rounds >= 5


HOLDING = """
import os

BALLAST = b"x" * int(float(os.environ.get("HELD", "0")) * 2**20)
SIZE = int(float(os.environ.get("TAKES", "8")) * 2**20)

def test_before_the_first_round(benchmark):
    made = b"x" * SIZE
    benchmark(len, made)

def test_in_the_rounds(benchmark):
    benchmark(lambda: len(b"x" * SIZE))

def test_after_one_that_left_free_memory(benchmark):
    benchmark(lambda: len(b"x" * SIZE))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets its high-water marks back")
def test_memory_is_what_the_rounds_take_and_nothing_else(tmp_path):
    folder = project(tmp_path, HOLDING)
    equal = one_round(commands(folder, HELD="60"))
    for name, pair in equal.items():
        assert pair.head.held - pair.base.held > 55 * 2**20, name
        assert abs(pair.head.taken - pair.base.taken) < 2**20, name
    doubled = one_round(commands(folder, TAKES="16"))
    logs = {name.split("::")[1]: pair.log_ratio("memory") for name, pair in doubled.items()}
    assert logs["test_before_the_first_round"] == pytest.approx(0.0, abs=0.1)
    assert logs["test_in_the_rounds"] == pytest.approx(math.log(2), abs=0.1)
    assert logs["test_after_one_that_left_free_memory"] == pytest.approx(math.log(2), abs=0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets its high-water marks back")
def test_a_faster_side_does_not_take_the_memory_of_its_rounds(tmp_path):
    text = "def test_it(benchmark):\n    benchmark.pedantic(int, rounds=200_000)\n"
    (pair,) = one_round(commands(project(tmp_path, text))).values()
    assert pair.head.rounds == 200_000
    assert pair.head.taken < 2**20


def test_either_side_goes_first_now_and_then(tmp_path):
    rng = np.random.Generator(np.random.PCG64(0))  # drawn by no other test
    sides = commands(project(tmp_path))
    names = collect(sides["base"], PATIENT, QUICK).names
    firsts = {
        pair.first
        for index in range(3)
        for pair in measured(sides, names, index, rng, PATIENT, QUICK)
    }
    assert firsts == {"base", "head"}


MISBEHAVING = """
import os, time
import pytest

HEAD = os.environ.get("SIDE") == "head"

def test_before(benchmark):
    benchmark(list)

@pytest.mark.skipif(HEAD, reason="no GPU")
def test_skipped(benchmark):
    benchmark(list)

def test_fails(benchmark):
    benchmark(list)
    assert not HEAD, "wrong answer"

def test_raises_inside(benchmark):
    benchmark(lambda: 1 / (0 if HEAD else 1))

def test_never_measures(benchmark):
    pass

@pytest.fixture
def broken():
    if HEAD:
        raise RuntimeError("no such table")

def test_setup(benchmark, broken):
    benchmark(list)

def test_after(benchmark):
    benchmark(list)
"""


def test_failures_are_told_apart_and_stop_nobody(tmp_path):
    found = one_round(commands(project(tmp_path, MISBEHAVING), SIDE="head"))
    heads = {name.split("::")[1]: pair.head for name, pair in found.items()}
    assert heads["test_before"].error == heads["test_after"].error == ""
    assert (heads["test_skipped"].error, heads["test_skipped"].skipped) == ("skipped: no GPU", True)
    assert "wrong answer" in heads["test_fails"].error
    assert not heads["test_fails"].skipped
    assert "ZeroDivisionError" in heads["test_raises_inside"].error
    assert "never called its benchmark fixture" in heads["test_never_measures"].error
    assert heads["test_setup"].error.startswith("setup: RuntimeError: no such table")
    bases = {name.split("::")[1]: pair.base.error for name, pair in found.items()}
    assert {name for name, error in bases.items() if error} == {"test_never_measures"}


DYING = """
import os, signal, time
HEAD = os.environ.get("SIDE") == "head"

def test_first(benchmark):
    benchmark(list)

def test_dies(benchmark):
    if HEAD:
        HOW
    benchmark(list)

def test_last(benchmark):
    benchmark(list)
"""


def test_a_killed_process_is_a_crash_of_its_case(tmp_path):
    text = DYING.replace("HOW", "os.kill(os.getpid(), signal.SIGKILL)")
    found = list(one_round(commands(project(tmp_path, text), SIDE="head")).values())
    assert found[0].head.error == ""
    assert found[1].head.error.startswith("its process was killed by SIGKILL")
    assert found[1].base.error == ""
    assert len(found) == 2, "the test after it is not to blame, and has its turn in another round"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(60)", "KeyboardInterrupt"),
        ("__import__('pytest').exit('no more')", "Exit: no more"),
        ("__import__('conftest').SESSION[0].shouldstop = 'quota used up'", "quota used up"),
    ],
)
def test_a_test_that_ends_pytest_is_to_blame_and_not_the_one_after_it(tmp_path, how, words):
    holding = "SESSION = []\ndef pytest_sessionstart(session): SESSION.append(session)\n"
    folder = project(project(tmp_path, DYING.replace("HOW", how)), holding, "bench/conftest.py")
    found = list(one_round(commands(folder, SIDE="head")).values())
    assert [pair.base.error for pair in found] == ["", ""]
    assert [pair.head.error for pair in found] == ["", f"it ends pytest: {words}"]


def test_a_test_that_ends_its_process_is_not_said_to_print_the_headings_of_pytest(tmp_path):
    text = DYING.replace("HOW", "os.write(2, b'out of beans'); os._exit(9)")
    sides = commands(project(tmp_path, text), SIDE="head")
    options = (*QUICK, "-s", "-vv")
    names = collect(sides["base"], PATIENT, options).names
    first, second = measured(sides, names, 0, RNG, PATIENT, options)
    assert (first.head.error, second.base.error) == ("", "")
    assert second.head.error == "its process ended with 9: out of beans"


def test_a_hanging_test_is_given_up(tmp_path):
    text = DYING.replace("HOW", "time.sleep(60)")
    sides = commands(project(tmp_path, text), SIDE="head")
    found = list(one_round(sides, timeouts=Timeouts(start=120.0, case=2.0)).values())
    assert found[1].head.error == "nothing was heard of it for 2 s"
    assert found[1].base.error == ""
    assert len(found) == 2


def test_the_deadline_ends_a_round(tmp_path):
    text = DYING.replace("HOW", "time.sleep(60)")
    sides = commands(project(tmp_path, text), SIDE="head")
    names = collect(sides["base"], PATIENT, QUICK).names
    timeouts = Timeouts(120.0, 60.0, time.monotonic() + 6.0)
    with pytest.raises(OutOfTime):
        list(measured(sides, names, 0, RNG, timeouts, QUICK))


BACKWARDS = """
import itertools
import pytest
TICKS = itertools.count(0, STEP)

@pytest.mark.benchmark(timer=lambda: float(next(TICKS)), warmup=False, min_rounds=2)
def test_clock(benchmark):
    benchmark.pedantic(list, rounds=3)
"""


@pytest.mark.parametrize(
    ("step", "words"), [("-1", "the clock went backwards"), ("0", "the clock did not advance")]
)
def test_a_clock_that_does_not_run_forward_is_no_result(tmp_path, step, words):
    text = BACKWARDS.replace("STEP", step)
    (pair,) = one_round(commands(project(tmp_path, text))).values()
    assert words in pair.base.error
    assert words in pair.head.error


@pytest.mark.parametrize("turns", [[], [0.0], [-1.0], [math.inf], [math.nan]])
def test_times_that_are_none_are_refused(turns):
    found = read({"event": "sample", "turns": turns, "rounds": 1})
    assert found.error.startswith("a time must be finite and above 0 s")


def test_other_plugins_cannot_move_or_slow_the_tests(tmp_path):
    folder = project(tmp_path)
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -n 2 --benchmark-disable --benchmark-skip -x --collect-only "
        "--setup-plan --stepwise --last-failed\n"
    )
    options = tuple(QUICK[:2])
    names = collect(command(folder), PATIENT, options).names
    (first, *_) = measured(commands(folder), names, 0, RNG, PATIENT, options)
    assert first.base.error == ""
    assert first.base.turns


def test_what_tests_print_does_not_reach_the_line(tmp_path):
    text = "import os\nprint('{\"event\": \"end\"}')\nos.write(1, b'noise\\n')\n" + DYING.replace(
        "HOW", "pass"
    )
    assert len(one_round(commands(project(tmp_path, text)))) == 3


TORCH = """
calls = {"synchronize": 0, "reset": 0}

class cuda:
    is_initialized = staticmethod(lambda: True)
    reset_peak_memory_stats = staticmethod(lambda: calls.__setitem__("reset", calls["reset"] + 1))
    max_memory_allocated = staticmethod(lambda: 123_000_000)

    @staticmethod
    def synchronize():
        calls["synchronize"] += 1
"""
ON_DEVICE = """
import torch

def test_kernel(benchmark):
    before = torch.calls["synchronize"]
    benchmark.pedantic(list, rounds=4)
    assert torch.calls["synchronize"] - before == 8, "before every reading of the clock"
    assert torch.calls["reset"] == 1
"""


def test_an_accelerator_is_waited_for_and_its_memory_read(tmp_path):
    folder = project(tmp_path, ON_DEVICE)
    stub = project(tmp_path / "stub", TORCH, "torch.py")
    plain = command(folder)
    side = replace(plain, path=(stub,))
    (pair,) = one_round({"base": side, "head": side}).values()
    assert pair.base.error == pair.head.error == ""
    assert pair.base.device_peak == pair.head.device_peak == 123_000_000
