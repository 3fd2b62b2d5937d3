"""The reasons that real processes give, from a benchmark to the words that are shown."""

import pytest
from gate_benchmarks import PATIENT, QUICK, command, commands, project
from test_gate_lockstep import one_round

from harness.errors import SideBroken
from harness.gate.collection import SideSilent, collect, collect_sides

OPTIONS = QUICK[:2]
"""With the settings of the project."""
MODULES = {
    "missing": "import no_such_module",
    "malformed": "def f(:\n    pass",
    "raising": "raise ValueError('no\\ntable')",
    "leaving": "import sys\nsys.exit('not here')",
    "skipping": "import pytest\npytest.importorskip('no_such_module')",
    "deselected": "import pytest\n@pytest.mark.slow\ndef test_slow(benchmark): ...",
    "whole": "def test_a(benchmark): ...",
}


def test_modules_that_do_not_collect_hide_no_other_and_say_why(tmp_path):
    for name, text in MODULES.items():
        project(tmp_path, text, f"bench/test_{name}.py")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers = slow\naddopts = -x -m 'not slow' --benchmark-skip\n"
    )
    found = collect(command(tmp_path), PATIENT, OPTIONS)
    assert found.names == ("bench/test_whole.py::test_a",)
    assert found.deselected == ("bench/test_deselected.py::test_slow",)
    assert found.deselected_by == "-m 'not slow'"
    assert found.taken_back_by == "--option=-m="
    texts = {one.name: one.text for one in found.uncollected}
    malformed = texts.pop("bench/test_malformed.py")
    assert malformed.startswith("SyntaxError: invalid syntax")
    # Pytest 8.1 reports a module that exits itself, later ones leave it to the agent.
    leaving, alone = texts.pop("bench/test_leaving.py"), "SystemExit: not here"
    assert leaving in (alone, f"{alone}: it ends the process at import")
    assert texts == {
        "bench/test_missing.py": "ModuleNotFoundError: No module named 'no_such_module'",
        "bench/test_raising.py": "ValueError: no",
        "bench/test_skipping.py": "skipped: could not import 'no_such_module': "
        "No module named 'no_such_module'",
    }
    assert [one.name for one in found.uncollected if one.skipped] == ["bench/test_skipping.py"]


@pytest.mark.parametrize(
    "addopts", ["-m 'not slow'", "-k 'not slow'", "--deselect bench/test_it.py::test_slow"]
)
def test_what_takes_a_deselection_back_does_so(tmp_path, addopts):
    project(tmp_path, MODULES["deselected"])
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers = slow\naddopts = {addopts}\n")
    found = collect(command(tmp_path), PATIENT, OPTIONS)
    assert (found.names, len(found.deselected)) == ((), 1)
    again = found.taken_back_by.removeprefix("--option=")
    assert collect(command(tmp_path), PATIENT, (*OPTIONS, again)).names == found.deselected


@pytest.mark.parametrize(
    ("conftest", "addopts", "words"),
    [
        (
            "",
            "--no-such-option",
            r"unrecognized arguments: --no-such-option \(settings: pytest.ini",
        ),
        ("import no_such_module", "", "conftest.py: ModuleNotFoundError: No module named 'no_such"),
        ("import pytest\npytest.exit('closed today')", "", "Exit: closed today"),
        ("def pytest_sessionstart(): raise OSError('no disk')", "", "OSError: no disk"),
        ("def pytest_collection_finish(): raise OSError('no disk')", "", "OSError: no disk"),
    ],
)
def test_pytest_that_ends_early_says_why(tmp_path, conftest, addopts, words):
    project(tmp_path, conftest, "conftest.py")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {addopts}\n")
    with pytest.raises(SideSilent, match=words):
        collect(command(project(tmp_path)), PATIENT, OPTIONS)


def test_what_is_wrong_on_both_sides_is_told_once(tmp_path):
    folder = project(project(tmp_path), "import no_such_module", "conftest.py")
    with pytest.raises(SideBroken, match=r"both sides: .*No module named 'no_such_module'"):
        collect_sides(commands(folder), PATIENT, OPTIONS)


FAILING = """
import os, pytest

@pytest.mark.xfail(reason="known bad")
def test_xfail(benchmark):
    benchmark(list)
    assert 0

def test_imperative(benchmark):
    pytest.xfail("not yet")

@pytest.mark.xfail
def test_xpass(benchmark):
    benchmark(list)

@pytest.mark.xfail(strict=True, reason="known bad")
def test_strict(benchmark):
    benchmark(list)

def test_fixture(benchmark, no_such_fixture): ...

def test_file(benchmark):
    raise ValueError("cannot parse " + os.fsdecode(b"caf\\xe9.txt") + "\\x1b[2J")

@pytest.fixture
def falling():
    yield
    raise OSError("torn down")

def test_first_of_two(benchmark, falling):
    raise ValueError("the cause")

def test_last(benchmark):
    benchmark(list)
"""


def test_the_reasons_of_tests_carry_their_cause(tmp_path):
    sides = commands(project(tmp_path, FAILING))
    names = collect(sides["base"], PATIENT, QUICK).names
    gone = "bench/test_it.py::test_of_another_process"
    found = one_round(sides, [*names[:1], gone, *names[1:]])
    heads = {name.split("::test_")[1]: pair.head for name, pair in found.items()}
    assert {name for name, one in heads.items() if one.skipped} == {"xfail", "imperative"}
    assert {name: one.error for name, one in heads.items()} == {
        "xfail": "xfail: known bad",
        "imperative": "xfail: not yet",
        "xpass": "",
        "strict": "call: [XPASS(strict)] known bad",
        "fixture": "setup: fixture 'no_such_fixture' not found",
        "file": r"call: ValueError: cannot parse caf\udce9.txt\x1b[2J",
        "first_of_two": "call: ValueError: the cause",
        "last": "",
        "of_another_process": "call: LookupError: it is not there now; a test must have the same "
        "name in every process",
    }
