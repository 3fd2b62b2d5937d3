"""What two sides have, why the rest cannot be compared, and what hides no other module."""

import sys
from dataclasses import replace

import pytest
from gate_benchmarks import PATIENT, QUICK, command, commands, project
from test_gate_lockstep import one_round

from harness.errors import SideBroken
from harness.gate.collection import (
    EVERYTHING,
    SideCases,
    Uncollected,
    collect_sides,
    compared,
    empty,
    listed,
    notes,
)
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


def uncollected(side):
    return {one.name: one.text for one in side.uncollected}


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


# -- what is compared -----------------------------------------------------------------------------


def reasons(base, head):
    both, apart = compared({"base": base, "head": head})
    return both, {one.case: (one.verdict, one.reason) for one in apart}


def test_what_both_have_is_compared_in_the_order_of_head():
    assert reasons(SideCases(("a", "b", "c")), SideCases(("c", "b", "d"))) == (
        ("c", "b"),
        {"a": ("missing", "only base has it"), "d": ("missing", "only head has it")},
    )


def test_a_module_that_fails_on_one_side_is_told_once_and_hides_no_other():
    failed = Uncollected("t/a.py", "ModuleNotFoundError: No module named 'x'")
    base = SideCases(("t/a.py::one", "t/a.py::two", "t/b.py::one"))
    both, apart = reasons(base, SideCases(("t/b.py::one",), (failed,)))
    assert both == ("t/b.py::one",)
    said = (
        "could not be collected: ModuleNotFoundError: No module named 'x' (head); 2 benchmarks of "
        "base not compared"
    )
    assert apart == {"t/a.py": ("broken", said)}


def test_a_module_that_fails_alike_on_both_sides_is_told_once():
    side = SideCases((), (Uncollected("a.py", "NameError: x"),))
    said = "could not be collected: NameError: x (both sides)"
    assert reasons(side, side) == ((), {"a.py": ("broken", said)})
    other = SideCases((), (Uncollected("a.py", "NameError: y"),))
    said = "could not be collected: NameError: x (base); NameError: y (head)"
    assert reasons(side, other)[1] == {"a.py": ("broken", said)}


def test_a_module_that_skips_itself_is_a_reason_and_no_fault():
    skipped = Uncollected("a.py", "skipped: no numba", skipped=True)
    _, apart = reasons(SideCases(("a.py::one",)), SideCases((), (skipped,)))
    assert apart == {"a.py::one": ("missing", "skipped: no numba (head)")}


def test_what_one_side_deselects_is_told_with_the_options():
    head = SideCases(("b",), deselected=("a", "c"), deselected_by="-m 'not slow'")
    base = SideCases(("a", "b"), deselected=("c",), deselected_by="-m 'not slow'")
    assert reasons(base, head)[1] == {"a": ("missing", "head deselects it by -m 'not slow'")}
    sides = {"base": base, "head": head}
    note = "1 benchmark is deselected by -m 'not slow' on both sides"
    assert notes(sides) == (note,)
    undone = replace(head, taken_back_by="--option=-m=")
    assert notes({**sides, "head": undone}) == (f"{note}; --option=-m= takes that back",)
    assert notes({"base": SideCases(), "head": head}) == ()


def test_a_folder_holds_what_lies_in_it():
    assert Uncollected("t", "").holds("t/a.py::one")
    assert Uncollected("t/a.py", "").holds("t/a.py::C::one")
    assert not Uncollected("t/a", "").holds("t/a.py::one")
    assert Uncollected(EVERYTHING, "").holds("t/a.py::one")


def test_an_older_harness_says_only_the_names():
    assert listed({"event": "cases", "names": ["a"]}) == SideCases(("a",))


@pytest.mark.parametrize(
    "path", [".", "tests", "./tests/", "tests/a.py", "tests/a.py::test_k", "tests/a.py::test_k[1]"]
)
def test_a_path_that_holds_a_case_is_not_empty(path):
    assert empty([path], ["tests/a.py::test_k[1]"]) == ()


@pytest.mark.parametrize("broken", ["tests", "tests/a.py", "every test", "."])
def test_what_could_not_be_collected_may_hold_a_path(broken):
    assert empty(["tests/a.py::test_k"], [broken]) == ()


@pytest.mark.parametrize("path", ["test", "tests/a", "tests/b.py", "tests/a.py::test", "a.py"])
def test_a_path_with_nothing_in_it_is_named(path):
    assert empty([path, "tests"], ["tests/a.py::test_k[1]"]) == (
        f"no benchmark in {path} on either side",
    )
