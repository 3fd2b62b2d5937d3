"""Which stored cells are run again."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from harness.audit.again import Size, drawn, size, stored
from harness.config.experiments import Settings
from harness.store.memory import Memory
from harness.types import Case, Cell


@pytest.mark.parametrize(
    ("text", "cells"), [("5%", 5), ("100%", 100), ("0.1%", 1), ("7", 7), ("500", 100), (" 1 ", 1)]
)
def test_a_sample_is_a_share_or_a_number(text, cells):
    assert size(text).of(100) == cells


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-3", "1.5", "x", "5 %%"])
def test_another_sample_is_refused(text):
    with pytest.raises(ValueError, match="must be a share such as 5%, or how many cells"):
        size(text)


def test_a_sample_is_drawn_without_repetition_and_in_order():
    cells = [(number, None) for number in range(50)]
    found = drawn(cells, Size(most=20), np.random.default_rng(0))
    assert found == sorted(set(found))
    assert len(found) == 20
    assert drawn([], Size(), np.random.default_rng(0)) == []


class Planned(list):
    """The plans of a suite `s`."""

    suite = SimpleNamespace(id="s")


def test_results_of_this_machine_come_first_and_times_alone_are_left_out(record, environment):
    def case(name, *, timed=False):
        axes = {"backend": "torch", "device": "cpu"}
        return Case(name, "s", "train", "torch", "cpu", axes, Settings(), timed=timed)

    cells = [Cell(case("k1"), 0, 0, 1.0), Cell(case("k1"), 1, 0, 1.0)]
    cells += [Cell(case("k2", timed=True), seed, 0, 1.0) for seed in (0, 1)]
    plans = Planned([SimpleNamespace(cells=lambda: cells)])
    far = replace(environment, id="e2", klass="k2")
    times = replace(record, case="k2", digests={})
    held = (
        record,
        replace(record, cell="far", environment="e2"),
        replace(record, seed=1, cell="far", environment="e2"),
        replace(record, seed=1, status="failed"),
        replace(record, seed=2, cell="unplanned"),
        times,
        replace(times, seed=1, digests=record.digests),
    )
    archive = Memory(held, {"e1": environment, "e2": far})
    found = stored(plans, archive, "k1")
    assert [(c.case.id, c.seed, r.cell) for c, r in found] == [
        ("k1", 0, "c1"),
        ("k1", 1, "far"),
        ("k2", 1, "c1"),
    ]
    assert len(stored(plans, archive, "k1", frozenset({"k2"}))) == 1
