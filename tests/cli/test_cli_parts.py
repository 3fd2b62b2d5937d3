"""``harness list --parts`` names everything a suite can name."""

import json

import pytest

from harness.cli.inspect import parts
from harness.experiments.probe import PROBES
from harness.experiments.timing.kernels import KERNELS
from harness.experiments.train.measures import MEASURES

TABLES = {"probe": set(PROBES), "kernel": set(KERNELS), "measure": set(MEASURES)}


@pytest.mark.parametrize("kind", TABLES)
def test_every_entry_of_a_table_is_listed_once(kind):
    names = [part.name for part in parts() if part.kind == kind]
    assert len(names) == len(set(names))
    assert set(names) == TABLES[kind]


@pytest.mark.parametrize("part", parts(), ids=lambda part: f"{part.kind}-{part.name}")
def test_every_part_says_what_it_does(part):
    assert len(part.does.split()) >= 3
    assert not part.does.endswith(".")


def test_named_things_are_listed_with_their_key():
    (function,) = [part for part in parts() if part.name == "function"]
    assert "precision" in function.settings
    assert "softmax_naive" in function.choices


def test_the_command_prints_them(harness):
    code, out, _ = harness("list", "--parts", "--json", "-")
    assert code == 0
    listed = json.loads(out)["parts"]
    assert {entry["kind"] for entry in listed} == set(TABLES)
