import numpy as np
import pytest

from harness.store.memory import JoinedArchive, Memory
from harness.types import Environment, Record

HERE = Environment("here", "here", "this machine", {})
FILE = Environment("file", "file", "not recorded", {})


def memory(name, environment):
    record = Record(
        name, "case", "tiny", "train", {}, 0, "ok", "", environment.id, arrays={"a": "x"}
    )
    return Memory((record,), {environment.id: environment}, {(name, "a"): np.array([len(name)])})


def test_records_in_memory_have_arrays_and_no_further_seeds():
    held = memory("cell", FILE)
    assert held.array(held.records[0], "a").tolist() == [4]
    assert held.most == {}
    with pytest.raises(KeyError):
        held.array(held.records[0], "b")


def test_a_store_and_files_are_read_as_one():
    both = JoinedArchive(memory("store", HERE), [memory("cell", FILE)])
    assert [record.cell for record in both.of("tiny")] == ["store", "cell"]
    assert both.of("other") == ()
    assert both.environments == {"here": HERE, "file": FILE}
    assert [both.array(record, "a").tolist() for record in both.of("tiny")] == [[5], [4]]
    assert both.most == {}
