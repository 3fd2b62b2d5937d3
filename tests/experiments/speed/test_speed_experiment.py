"""Real pairs of processes: ratios, agreement, and sides that misbehave."""

import math
import re
import sys

import pytest
from experiment_fakes import FakeBackend

from harness.config.experiments import Settings, Speed
from harness.experiments.experiment import Context
from harness.experiments.speed import METRICS, absent, code, kinds, outcome, produces, ratio, run
from harness.experiments.speed.sides import SideFailed, SideResults
from harness.lockstep.sample import Sample
from harness.seeding import Streams

MINE = """
import os, sys, time

def data(seed, rng, size=300):
    return [float(x) for x in rng.random(size)]

def sorted_(data):
    return sorted(data)

def bubble(data):
    data = list(data)
    for end in range(len(data), 1, -1):
        for i in range(1, end):
            if data[i - 1] > data[i]:
                data[i - 1], data[i] = data[i], data[i - 1]
    return data

def once(data):
    return sum(data)

def thrice(data):
    return (sum(data) + sum(data) + sum(data)) / 3

def wrong(data):
    return data

def in_place(data):
    data.sort()

def noisy(data):
    print("{\\"event\\": \\"end\\"}")
    os.write(1, b"noise\\n")
    return sorted(data)

def raises(data):
    raise ValueError("no such key")

def two(data, key):
    return data

def leaves(data):
    sys.stderr.write("out of beans")
    sys.stderr.flush()
    os._exit(7)

def ends(data):
    sys.exit("no more")

def hangs(data):
    time.sleep(600)
"""
BURST = 0.02


@pytest.fixture
def timed(tmp_path, monkeypatch):
    """Run a cell in a folder with mine.py: ``timed("once", "thrice", seed=3)``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")

    def call(a, b, seed=0, budget=60.0, params=None, **keys):
        names = [f"mine.py:{one}" if str(one).isidentifier() else one for one in (a, b)]
        keys = {"setup": "mine.py:data", "burst": BURST, **keys}
        speed = Speed(a=names[0], b=names[1], **keys)
        settings = Settings(speed=speed, params=params or {})
        streams = Streams("speed-test", seed)
        home = str(tmp_path)
        return run(Context(settings, FakeBackend(), "cpu", streams, None, budget, home))

    return call


def test_a_pair_gives_one_ratio(timed):
    found = timed("once", "thrice")
    assert found.metrics.keys() == METRICS
    a, b = (found.metrics[name] for name in ("a_s", "b_s"))
    assert found.metrics["speedup"] > 1  # three times the work
    assert found.metrics["agree"] == 1.0
    assert 0 < a < b
    assert found.samples.keys() == {"a_s", "b_s"}


def test_a_slow_algorithm_is_far_slower(timed):
    assert timed("sorted_", "bubble").metrics["speedup"] > 100
    assert timed("bubble", "sorted_").metrics["speedup"] < 0.01


def test_another_result_is_seen(timed):
    assert timed("sorted_", "wrong").metrics["agree"] == 0.0


def test_what_is_printed_disturbs_nothing(timed):
    assert timed("noisy", "sorted_").metrics["agree"] == 1.0


def test_sorting_in_place_needs_fresh_data(timed):
    with pytest.raises(SideFailed, match=r"b \(mine.py:in_place\): it changes .* fresh = true"):
        timed("sorted_", "in_place")
    found = timed("in_place", "in_place", fresh=True)
    assert found.metrics["agree"] == 1.0


def test_params_reach_the_setup(timed):
    small, large = (timed("once", "once", params={"size": size}) for size in (10, 3000))
    assert large.metrics["a_s"] > small.metrics["a_s"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raises", r"ValueError: no such key \(mine.py:\d+\)"),
        ("two", r"TypeError: two\(data, key\) cannot be called: missing .* 'key'"),
        ("leaves", "its process ended with 7: out of beans"),
        ("ends", "SystemExit: no more"),
        ("no_such", "mine has no function 'no_such'"),
    ],
)
def test_a_side_that_fails_is_named_with_the_cause(timed, name, words):
    with pytest.raises(SideFailed, match=rf"^b \(mine.py:{name}\): .*{words}"):
        timed("sorted_", name)


def test_a_side_that_hangs_is_named_before_the_budget_ends(timed):
    with pytest.raises(SideFailed, match=r"^a \(mine.py:hangs\): .* budget of 3 s"):
        timed("hangs", "sorted_", budget=3.0)


def python(*words):
    return (sys.executable, "-c", *words)


def test_commands_are_timed_and_compared(timed):
    wait = "import time; time.sleep({wait}); print({seed})"
    found = timed(python("print({seed})"), python(wait), seed=4, setup="", params={"wait": 0.2})
    assert found.metrics["speedup"] > 1
    assert found.metrics["b_s"] > 0.2  # it sleeps for that long
    assert found.metrics["agree"] == 1.0


def test_functions_of_libraries_are_found_by_their_dotted_names(timed):
    found = timed("builtins.sorted", "numpy.sort")
    assert found.metrics["agree"] == 1.0


def test_a_command_that_fails_is_named(timed):
    with pytest.raises(SideFailed, match=r"^a \(.*\): .* ended with 3: no table"):
        timed(python("import sys; sys.stderr.write('no table'); sys.exit(3)"), "once")


def settings(**speed):
    return Settings(speed=Speed(**{"a": "mine.py:once", "b": "mine.py:thrice", **speed}))


@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ({"a": "mine.py:onc"}, "a", "a 'mine.py:onc' must name a function of mine.py"),
        ({"b": "yours.py:once"}, "b", "there is no file 'yours.py'"),
        ({"a": ("prog", "{sed}")}, "a", "unknown name in braces 'sed'"),
    ],
)
def test_what_is_not_there_is_told_by_key(tmp_path, keys, key, words):
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    found = dict(absent(settings(**keys), str(tmp_path)))
    assert found.keys() == {("speed", key)}
    assert re.search(words, found["speed", key])


def test_the_files_of_all_that_is_named_make_the_code(tmp_path):
    (tmp_path / "mine.py").write_text("import beside\n" + MINE, encoding="utf-8")
    (tmp_path / "beside.py").write_text("", encoding="utf-8")
    (tmp_path / "run.sh").write_text("true\n", encoding="utf-8")
    found = code(settings(b=("sh", "run.sh")), str(tmp_path))
    assert found.code.keys() == {"mine.py", "beside.py", "run.sh"}
    (tmp_path / "beside.py").write_text("x = 1\n", encoding="utf-8")
    assert code(settings(b=("sh", "run.sh")), str(tmp_path)).address != found.address
    assert code(settings(b="mine.py:no_such"), str(tmp_path)).code.keys() >= {"mine.py"}


def sample(seconds, speed=5e-5, waited=0.0):
    return Sample(seconds, (seconds,) * 5, (speed,) * 5, wall=1.0, waited=waited)


def test_the_ratio_does_not_know_who_was_slowed_as_a_whole():
    calm, slow = sample(0.001), sample(0.003)
    assert ratio(calm, slow) == pytest.approx(3.0)
    assert ratio(slow, calm) == pytest.approx(1 / 3)


def test_the_speed_between_long_turns_says_nothing_of_them():
    turns = (0.2, 0.1, 0.2, 0.1)
    a = Sample(0.15, turns, tuple(5e-5 * turn for turn in turns), wall=1.0, waited=0.0)
    b = Sample(0.15, turns[::-1], (1e-5,) * 4, wall=1.0, waited=0.0)
    plain = [math.log(y / x) for x, y in zip(a.turns, b.turns, strict=True)]
    assert ratio(a, b) == pytest.approx(math.exp(sum(plain) / 4))


def test_seconds_beside_other_work_say_so():
    found = outcome(SideResults(sample(0.001), sample(0.002, waited=0.5), None)).metrics
    assert (found["alone"], found["waited"]) == (0.0, 0.5)
    assert "agree" not in found
    assert outcome(SideResults(sample(0.001), sample(0.002), True)).metrics["alone"] == 1.0
    untold = outcome(SideResults(sample(0.001, waited=math.nan), sample(0.002), True)).metrics
    assert untold["alone"] == 1.0
    assert "waited" not in untold


def test_every_metric_has_a_kind():
    settings = Settings(speed=Speed(a="x", b="y"))
    assert kinds(settings).keys() == produces(settings)
    assert kinds(settings)["speedup"] == "positive"
