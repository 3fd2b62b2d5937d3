"""Environments, data sets and hardware: which records may be judged together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from claims_builders import HERE, Shelf, case, claim, runs, skipped, spread, used, verdict

from harness.types import Environment

GOOD, BAD = spread(0.97, 0.001, 8), spread(0.90, 0.001, 8)
ABOUT = claim(expect={"value": 0.97, "tolerance": 0.003})
NUMPY, CUDA = case("a"), case("a", backend="torch", device="cuda")
OTHER = Environment("env-2", "class-2", "x86_64 Intel Xeon, 16 cores, NVIDIA H100", {})
BOTH = {HERE.id: HERE, OTHER.id: OTHER}


# -- environments --------------------------------------------------------------------------------


def test_environments_are_never_pooled_and_most_cells_decide() -> None:
    elsewhere = runs(NUMPY, BAD[:5], environment=OTHER.id)
    found = verdict(ABOUT, [NUMPY], Shelf([*elsewhere, *runs(NUMPY, GOOD)], BOTH))
    assert found.verdict == "reproduced"
    assert [(f.environment, f.n) for f in found.findings] == [("env-1", 8), ("env-2", 5)]
    assert "elsewhere contradicted on numpy/cpu" in found.reason


def test_equal_environments_the_latest_decides() -> None:
    later = runs(NUMPY, BAD, environment=OTHER.id, started="2026-01-01T00:00:00")
    found = verdict(ABOUT, [NUMPY], Shelf([*later, *runs(NUMPY, GOOD)], BOTH))
    assert found.findings[0].environment == "env-2"


def test_a_machine_that_looked_for_a_device_goes_before_one_that_did_not() -> None:
    later = runs(CUDA, GOOD, environment=OTHER.id, started="2026-01-01T00:00:00")
    records = [*runs(NUMPY, GOOD), *skipped(CUDA, 1), *later]
    for order in (records, records[::-1]):
        found = verdict(ABOUT, [NUMPY, CUDA], Shelf(order, BOTH))
        assert found.findings[0].environment == "env-1"
        assert found.reason.endswith("torch/cuda skipped")


def test_a_track_that_only_another_machine_measured_is_not_called_unmeasured() -> None:
    records = [*runs(NUMPY, GOOD), *runs(CUDA, GOOD[:5], environment=OTHER.id)]
    found = verdict(ABOUT, [NUMPY, CUDA], Shelf(records, BOTH))
    assert found.reason.endswith("torch/cuda measured on another machine only")


def test_snapshots_of_one_class_are_one_environment() -> None:
    again = replace(HERE, id="env-3")
    split = [*runs(NUMPY, GOOD)[:4], *runs(NUMPY, GOOD, environment="env-3")[4:]]
    found = verdict(ABOUT, [NUMPY], Shelf(split, {HERE.id: HERE, "env-3": again}))
    assert [f.n for f in found.findings] == [8]


@pytest.mark.parametrize("klass", [HERE.klass, OTHER.klass])
def test_of_what_two_machines_began_at_once_the_order_of_their_folders_decides_nothing(klass):
    again = replace(HERE, id="env-3", klass=klass)
    folders = runs(NUMPY, GOOD), runs(NUMPY, BAD, environment="env-3")
    shelves = (
        Shelf([*first, *second], {HERE.id: HERE, "env-3": again})
        for first, second in (folders, folders[::-1])
    )
    found = [verdict(ABOUT, [NUMPY], shelf) for shelf in shelves]
    assert found[0] == found[1]


def test_skipped_cells_do_not_make_an_environment_the_judge() -> None:
    records = [*skipped(CUDA, 20), *runs(CUDA, GOOD, environment=OTHER.id)]
    found = verdict(ABOUT, [CUDA], Shelf(records, BOTH))
    assert (found.verdict, found.findings[0].environment) == ("reproduced", "env-2")


def test_a_machine_that_lacks_a_side_does_not_decide() -> None:
    # One machine measured the first side often, the other both sides a few times.
    a, b = case("a", opt="x"), case("b", opt="y")
    here = runs(a, [2.0 + 0.01 * i for i in range(20)])
    both = [*runs(a, [2.0, 2.1, 2.2, 2.3, 2.4], environment=OTHER.id)]
    both += runs(b, [1.0, 1.1, 1.2, 1.3, 1.4], environment=OTHER.id)
    shelf = Shelf([*here, *skipped(b, 1), *both], BOTH)
    about = claim(compare={"better": {"opt": "x"}, "than": {"opt": "y"}})
    found = verdict(about, [a, b], shelf)
    assert (found.verdict, found.findings[0].environment) == ("reproduced", "env-2")


# -- data ----------------------------------------------------------------------------------------


def test_stand_in_of_other_images_is_not_run() -> None:
    records = runs(NUMPY, GOOD, data=used("mnist", "digits", same=False))
    found = verdict(ABOUT, [NUMPY], records)
    assert found.verdict == "not-run"
    assert found.reason == "measured on digits, the claim is about mnist"
    assert found.findings[0].p_contradict is None


def test_stand_in_of_the_same_images_is_judged_and_marked() -> None:
    records = runs(NUMPY, GOOD, data=used("cifar10", "cifar10-jpeg", same=True))
    found = verdict(ABOUT, [NUMPY], records)
    assert (found.verdict, found.findings[0].data) == ("reproduced", "cifar10-jpeg")


def test_own_data_is_preferred_to_a_stand_in_and_not_pooled() -> None:
    stand_in = runs(NUMPY, BAD, data=used("mnist", "mnist-png", same=True))
    digits = runs(NUMPY, np.tile(BAD, 3), data=used("mnist", "digits", same=False))
    own = runs(NUMPY, GOOD, data=used("mnist", "mnist", same=True))
    found = verdict(ABOUT, [NUMPY], [*digits, *stand_in, *own])
    assert found.verdict == "reproduced"
    assert [(f.data, f.n) for f in found.findings] == [("", 8), ("mnist-png", 8)]


def test_skips_beside_data_do_not_split_the_pool() -> None:
    own = runs(NUMPY, GOOD, data=used("mnist", "mnist", same=True))
    found = verdict(ABOUT, [NUMPY, CUDA], [*skipped(CUDA), *own])
    assert "torch/cuda skipped" in found.reason
    assert len(found.findings) == 2


# -- hardware ------------------------------------------------------------------------------------

TIMED = claim(hardware="h100", expect={"value": 0.97, "tolerance": 0.003})


def test_other_hardware_is_not_comparable_but_measured() -> None:
    found = verdict(TIMED, [NUMPY], runs(NUMPY, BAD))
    assert found.verdict == "not-comparable"
    assert found.reason == (
        "measured 0.9 on x86_64 AMD EPYC, 2 cores; the published number is from h100"
    )
    assert found.findings[0].measured == pytest.approx(0.9)
    assert found.findings[0].p_contradict is None


def test_matching_hardware_is_judged_even_with_fewer_cells() -> None:
    records = [*runs(NUMPY, BAD), *runs(NUMPY, GOOD[:7], environment=OTHER.id)]
    found = verdict(TIMED, [NUMPY], Shelf(records, BOTH))
    assert (found.verdict, found.findings[0].environment) == ("reproduced", "env-2")
