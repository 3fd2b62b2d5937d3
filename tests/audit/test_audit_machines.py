"""Two machines' records are held against each other, seed by seed."""

from dataclasses import replace

import pytest

from harness.audit.machines import between, records_on
from harness.config.experiments import Settings
from harness.errors import UsageError
from harness.store.memory import Memory
from harness.types import Case


def case(name, device):
    axes = {"backend": "torch", "device": device, "lr": 0.1}
    return Case(name, "s", "train", "torch", device, axes, Settings())


@pytest.fixture
def archive(record, environment):
    gpu = replace(environment, id="e2", klass="k2", hardware="x86_64, cuda:NVIDIA H100")
    here = [replace(record, cell=f"a{seed}", seed=seed) for seed in range(3)]
    there = [replace(one, cell=f"b{one.seed}", environment="e2") for one in here[:2]]
    on_gpu = replace(
        here[2], cell="g2", case="k2", environment="e2", axes={**record.axes, "device": "cuda"}
    )
    return Memory((*here, *there, on_gpu), {"e1": environment, "e2": gpu})


def test_a_machine_is_named_by_a_part_of_its_hardware_or_its_class(archive):
    assert [r.cell for r in records_on(archive, "2 cores", "s")] == ["a0", "a1", "a2"]
    assert [r.cell for r in records_on(archive, "h100", "s")] == ["b0", "b1", "g2"]
    assert len(records_on(archive, "k2", "s")) == 3
    with pytest.raises(UsageError, match=r"got 'M4'; there are x86_64, 2 cores \(k1\); x86_64, c"):
        records_on(archive, "M4", "s")


def test_the_same_case_comes_first_and_one_of_another_device_then(archive):
    first, second = records_on(archive, "2 cores", "s"), records_on(archive, "H100", "s")
    cases = [case("k1", "cpu"), case("k2", "cuda")]
    found = between(first, second, cases, archive.environments, lambda record, name: "")
    pairs = [(one.one.cell, one.other.cell) for one in found.findings]
    assert pairs == [("a0", "b0"), ("a1", "b1"), ("a2", "g2")]
    assert {one.outcome for one in found.findings} == {"equal"}
    assert {one.promise for one in found.findings} == {"distribution"}
    assert {spread.metric for spread in found.spreads} == {"initial_loss", "test_accuracy"}
    assert between(first, second, [], archive.environments, lambda r, n: "").findings == ()
