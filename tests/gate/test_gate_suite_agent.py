"""Timing suites as cases of the gate."""

import sys

import numpy as np
import pytest

from harness.gate.lockstep import Patience, SideSilent, collect, measure_round
from harness.gate.process import Command

SUITE = """\
schema = 1
id = "search"
title = "Neighbour search"
source = { key = "notes", section = "1" }
experiment = "timing"
[data]
dataset = "digits"
scale = "raw"
n_train = 300
n_test = 20
[knn]
n_neighbors = [5]
[timing]
workload = "neighbors"
repeats = 6
[[grid]]
backend = ["numpy"]
device = ["cpu"]
implementation = ["two_loops", "no_loop"]
n_test = [10, 20]
"""
PATIENT = Patience(start=120.0, case=60.0)


@pytest.fixture
def command(tmp_path):
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "search.toml").write_text(SUITE)
    text = 'schema = 1\n[[sources]]\nkey = "notes"\nnumber = "001"\ntitle = "Notes"\n'
    (folder / "sources.toml").write_text(text)

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


def test_an_unknown_suite_is_named(command):
    with pytest.raises(SideSilent, match="no-such"):
        collect(command("no-such"), PATIENT)


def test_sides_measure_in_turns(command):
    sides = {
        "base": command("search", "--where", "implementation=no_loop"),
        "head": command("search", "--where", "implementation=two_loops"),
    }
    rng = np.random.Generator(np.random.PCG64(0))
    (pair,) = measure_round(sides, ["search[n_test=20]"], 0, rng, PATIENT)
    assert pair.base.error == pair.head.error == ""
    assert pair.base.rounds == pair.head.rounds == 6
    assert pair.base.peak > 2**20
    assert pair.log_ratio("time") > 1.0  # a loop over every pair of images
