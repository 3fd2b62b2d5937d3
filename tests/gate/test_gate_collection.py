"""What hides no other module: those that end the process, and those that stop it."""

import sys

import pytest
from gate_benchmarks import PATIENT, QUICK, command, commands, project
from test_gate_lockstep import one_round

from harness.errors import SideBroken
from harness.gate.collection import collect_sides
from harness.lockstep.process import Command
from harness.lockstep.turns import Timeouts

HEAD = "import os, pytest\nif os.environ.get('SIDE') == 'head':\n    HOW\n"
GOOD = "def test_good(benchmark):\n    benchmark(list)\n"
ENDING = {
    "aborts": ("os.abort()", "its process was killed by SIGABRT: Fatal Python error: Aborted"),
    "exits": ("os._exit(3)", "its process ended with 3"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),  # pytest 8.1 goes on after it
    "leaves": ("pytest.exit('no more')", "Exit: no more"),
}


def uncollected(listed):
    return {one.name: one.text for one in listed.uncollected}


def test_a_module_that_ends_the_process_hides_no_other(tmp_path):
    for name, (how, _) in ENDING.items():
        project(tmp_path, HEAD.replace("HOW", how) + GOOD, f"bench/test_{name}.py")
    project(tmp_path, GOOD, "bench/test_whole.py")
    found, sides = collect_sides(commands(tmp_path, SIDE="head"), PATIENT, QUICK)
    assert len(found["base"].names) == len(ENDING) + 1
    assert found["head"].names == ("bench/test_whole.py::test_good",)
    texts = uncollected(found["head"])
    assert texts.keys() == {f"bench/test_{name}.py" for name in ENDING}
    for name, (_, text) in ENDING.items():
        assert texts[f"bench/test_{name}.py"].startswith(text)
    (measured,) = one_round(sides, found["head"].names).values()
    assert measured.head.error == measured.base.error == ""


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raise OSError('no disk')", "no disk"),
        ("pytest.exit('no more')", "no more"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("os.abort()", "SIGABRT"),
    ],
)
@pytest.mark.parametrize("asked", [("a", "b"), (".",)], ids=["named", "found"])
def test_a_conftest_that_ends_pytest_hides_its_own_folder_only(tmp_path, asked, how, words):
    project(tmp_path, HEAD.replace("HOW", how), "a/conftest.py")
    for folder in "ab":
        project(tmp_path, GOOD, f"{folder}/test_{folder}.py")
    sides = {"base": command(tmp_path, *asked), "head": command(tmp_path, *asked, SIDE="head")}
    found, sides = collect_sides(sides, PATIENT, QUICK)
    assert found["base"].names == ("a/test_a.py::test_good", "b/test_b.py::test_good")
    assert found["head"].names == ("b/test_b.py::test_good",)
    ((name, text),) = uncollected(found["head"]).items()
    assert name == "a"
    assert words in text


def test_a_conftest_at_the_top_is_everything(tmp_path):
    project(project(tmp_path), HEAD.replace("HOW", "os.abort()"), "conftest.py")
    with pytest.raises(SideBroken, match=r"head: its benchmarks could not be collected.*SIGABRT"):
        collect_sides(commands(tmp_path, SIDE="head"), PATIENT, QUICK)


HANGING = """
import json, sys, time

def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)

if "slow.py" in json.loads(sys.stdin.readline())["without"]:
    say("cases", names=["a"], uncollected=[])
    say("end")
else:
    say("collecting", name="fast.py")
    say("collecting", name="")
    say("collecting", name="slow.py")
    time.sleep(600)
"""


def test_a_module_that_hangs_on_both_sides_is_waited_for_once_and_left_out(tmp_path):
    side = Command((sys.executable, "-c", HANGING), tmp_path)
    timeouts = Timeouts(start=120.0, module=0.5)
    found, sides = collect_sides({"base": side, "head": side}, timeouts)
    assert found["base"].names == found["head"].names == ("a",)
    for name in ("base", "head"):
        why = {"slow.py": "it was still being loaded after 0.5 s"}
        assert sides[name].without == why
