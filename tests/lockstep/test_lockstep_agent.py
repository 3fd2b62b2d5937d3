"""The agent's own parts, without a process around them."""

import math
import subprocess
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness import words
from harness.lockstep.agent.harness_side import channel, meter, turns
from harness.lockstep.agent.harness_side.benchmarks import selecting

IMPORTING = """ImportError while importing test module '/p/test_a.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
test_a.py:1: in <module>
    import x
E   ModuleNotFoundError: No module named 'x'"""
CONFTEST = """ImportError while loading conftest '/p/conftest.py'.
conftest.py:1: in <module>
    import x
E   ModuleNotFoundError: No module named 'x'
"""
USAGE = """ERROR: usage: __main__.py [options] [file_or_dir] [file_or_dir] [...]
__main__.py: error: unrecognized arguments: --cov=x
  inifile: /p/pytest.ini
  rootdir: /p

"""
WARNINGS = """ERROR: while parsing the following warning configuration:

  bogus::x::y

This error occurred:

invalid action: 'bogus'

"""
FAILING = """    def test_a():
>       assert f() == 2
E       AssertionError: wrong answer
E       assert 1 == 2

test_a.py:3: AssertionError"""


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


def test_pytest_imports_its_plugins_itself():
    """Of what was imported before, it says that it cannot be rewritten: to some, an error."""
    name = f"{channel.__package__}.benchmarks.plugin"
    code = f"import sys, {name}; sys.exit('pytest_benchmark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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


def test_the_heap_of_pytest_is_not_looked_at_and_what_comes_later_is():
    code = """
import gc
from harness_side.benchmarks.plugin import Measured
before = [[] for _ in range(20_000)]
Measured.pytest_load_initial_conftests(None)
assert len(gc.get_objects()) < 5_000
later = []
later.append(later)
del later
assert gc.collect() >= 1
"""
    path = Path(meter.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(path)}, check=True)


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


class Untold(Exception):
    def __str__(self):
        raise ValueError


class Backport(Exception):
    """As groups are before Python 3.11."""

    exceptions = (KeyError("k"), ValueError())


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (IMPORTING, "ModuleNotFoundError: No module named 'x'"),
        (FAILING, "AssertionError: wrong answer"),
        ("[XPASS(strict)] known bad", "[XPASS(strict)] known bad"),
        ("", ""),
    ],
)
def test_the_cause_is_at_the_end_of_a_traceback(text, cause):
    assert channel.reason_of_text(text) == cause


def test_what_pytest_says_of_its_options_is_told_with_the_file_they_are_in(monkeypatch):
    monkeypatch.setattr(channel.os.path, "relpath", lambda path: path.removeprefix("/p/"))
    found = "unrecognized arguments: --cov=x (settings: pytest.ini)"
    assert channel.reason_of_usage(USAGE) == found
    cause = "ModuleNotFoundError: No module named 'x'"
    assert channel.reason_of_usage(CONFTEST) == f"conftest.py: {cause}"
    warned = "while parsing the following warning configuration: invalid action: 'bogus'"
    assert channel.reason_of_usage(WARNINGS) == warned
    assert channel.reason_of_usage("ERROR: nothing follows this:\n\n") == "nothing follows this:"
    assert channel.reason_of_usage("ERROR: file or directory not found: z\n\n").endswith(
        "not found: z"
    )


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ValueError("a\nb"), "ValueError: a"),
        (ValueError("\n\n  a"), "ValueError: a"),
        (ValueError("these fail:\n  a\n  b"), "ValueError: these fail: a"),
        (KeyError("k"), "KeyError: 'k'"),
        (SystemExit(3), "SystemExit: 3"),
        (RuntimeError(), "RuntimeError"),
        (Untold(), "Untold"),
        (
            ExceptionGroup("two", [ExceptionGroup("in", [ValueError("the cause")]), OSError()]),
            "ExceptionGroup: two (2 sub-exceptions): ExceptionGroup: in (1 sub-exception): "
            "ValueError: the cause",
        ),
        (Backport("two"), "Backport: two: KeyError: 'k'"),
    ],
)
def test_an_exception_is_its_class_and_first_line(error, cause):
    assert channel.reason_of_exception(error) == cause


@pytest.mark.parametrize(
    ("report", "text"),
    [
        ({"wasxfail": "known bad"}, "xfail: known bad"),
        ({"wasxfail": "reason: known bad"}, "xfail: known bad"),
        ({"wasxfail": ""}, "xfail"),
        ({"longrepr": ("a.py", 3, "Skipped: no GPU")}, "skipped: no GPU"),
        ({"longrepr": "no GPU"}, "skipped: no GPU"),
    ],
)
def test_skips_and_expected_failures_say_which_they_are(report, text):
    assert channel.reason_of_skip(SimpleNamespace(**report)) == text


def test_names_are_made_plain_as_everywhere():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert selecting.plain(every) == words.plain(every)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["t"], [True, True, True]),
        (["."], [True, True, True]),
        (["t/a.py::one"], [True, False, False]),
        (["./t/a.py::C"], [False, False, True]),
        (["t/a.py::two"], [False, True, False]),
        (["t/a.py::one", "t"], [True, True, True]),
        (["t/a.py::one", "t/b.py"], [True, False, False]),
    ],
)
def test_tests_are_asked_for_by_folder_file_or_name(paths, expected):
    found = ["t/a.py::one", "t/a.py::two[3]", "t/a.py::C::one"]
    assert [selecting.selected(name, paths) for name in found] == expected


def test_files_are_given_once_and_only_if_they_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    assert selecting.files(["a.py::one", "a.py::two", "b.py", "."]) == ["a.py", "."]
