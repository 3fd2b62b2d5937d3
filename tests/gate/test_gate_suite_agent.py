"""Timing suites as cases of the gate."""

import sys
from pathlib import Path

import numpy as np
import pytest
from gate_benchmarks import measured
from suite_texts import SEARCH, sources_text, write_suite

from harness.gate.collection import SideSilent, collect
from harness.gate.suite_agent import _options, timing_cases
from harness.lockstep.process import Command
from harness.lockstep.turns import Timeouts

TWO_LOOPS = """\
[[grid]]
backend = ["numpy"]
implementation = ["two_loops"]
n_test = [15]
"""
PATIENT = Timeouts(start=120.0, case=60.0)


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(tmp_path):
    folder = tmp_path / "suites"
    folder.mkdir()
    write_suite(folder, SEARCH, "search")
    (folder / "sources.toml").write_text(sources_text())

    def made(*arguments):
        agent = (sys.executable, "-m", "harness.gate.suite_agent", *arguments)
        return Command(agent, tmp_path)

    return made


def test_cases_are_named_by_the_axes_that_differ(command):
    found = collect(command("search"), PATIENT).names
    assert len(set(found)) == 4
    for name in found:
        inside = dict(part.split("=") for part in name.removeprefix("search[")[:-1].split(","))
        assert set(inside) == {"implementation", "n_test"}


def test_a_selection_leaves_its_axes_out_of_the_names(command):
    found = collect(command("search", "--where", "implementation=no_loop"), PATIENT).names
    assert found == ("search[n_test=10]", "search[n_test=20]")
    assert collect(command("search", "--where", "implementation=none"), PATIENT).names == ()


def test_a_case_of_one_side_has_its_counterpart_on_the_other(in_folder):
    suite = SEARCH.replace('"two_loops", "no_loop"', '"no_loop"') + TWO_LOOPS
    path = Path("search.toml")
    path.write_text(suite)
    found = [
        list(timing_cases(_options([str(path), "--where", f"{own}", "--against", f"{other}"])))
        for own, other in (
            ("implementation=no_loop", "implementation=two_loops"),
            ("implementation=two_loops", "implementation=no_loop"),
        )
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_what_a_side_can_never_have_has_no_counterpart(in_folder):
    path = Path("search.toml")
    path.write_text(SEARCH)
    sides = ("backend=numpy", "backend=torch")
    own, other = (
        timing_cases(_options([str(path), "--where", one, "--against", two]))
        for one, two in (sides, sides[::-1])
    )
    assert set(other) < set(own)  # torch has no two_loops


def test_an_unknown_suite_is_named(command):
    with pytest.raises(SideSilent, match="no-such"):
        collect(command("no-such"), PATIENT)


def test_sides_measure_in_turns(command):
    sides = {
        "base": command("search", "--where", "implementation=no_loop"),
        "head": command("search", "--where", "implementation=two_loops"),
    }
    rng = np.random.Generator(np.random.PCG64(0))
    (pair,) = measured(sides, ["search[n_test=20]"], 0, rng, PATIENT)
    assert pair.base.error == pair.head.error == ""
    assert pair.base.rounds == pair.head.rounds == 6
    assert pair.base.peak > 2**20
    assert pair.log_ratio("time") > 1.0  # a loop over every pair of images
