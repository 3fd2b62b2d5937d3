"""What a newer harness wrote is refused whole, with what to install, and left as it is."""

import re
from dataclasses import replace

import pytest

from harness.errors import StoreNewer
from harness.lines import sealed, unsealed
from harness.store.health import examine, repair
from harness.store.migrate import migrate
from harness.store.split import split
from harness.store.store import Store


def written(path):
    return {one.name: one.read_bytes() for one in path.glob("*.jsonl")}


@pytest.fixture
def newer(tmp_path, record, environment):
    """Return a store, whose second record is of a format to come."""
    facts = replace(environment, facts={"harness": "10.2.0"})
    store = Store(tmp_path)
    with store.writing():
        store.append(replace(record, environment="e0"), replace(environment, id="e0"))
        store.append(replace(record, cell="c2"), facts)
    path = tmp_path / "s.jsonl"
    first, second = path.read_bytes().splitlines()
    changed = unsealed(second).replace(b'{"v":2,', b'{"v":3,"colour":"red",')
    path.write_bytes(first + b"\n" + sealed(changed) + b"\n")
    return tmp_path


@pytest.mark.parametrize("use", [Store, examine, repair, migrate, split])
def test_whatever_is_asked_of_a_newer_store_names_the_version_to_install(newer, use):
    if use is split:
        (newer / "s.jsonl").rename(newer / "records.jsonl")
    before = written(newer)
    with pytest.raises(StoreNewer) as told:
        use(newer)
    must = rf"{re.escape(str(newer))}: records must be of format 2 at most, which harness \S+ reads"
    got = "got format 3 of a newer one; install claims-harness, 10.2.0 or later"
    assert re.fullmatch(f"{must}, {got}", str(told.value))
    assert written(newer) == before, "nothing is set aside"


def test_a_writer_is_refused_before_anything_is_measured(newer, record, environment):
    store = Store(newer / "other")
    store.folder = newer
    with pytest.raises(StoreNewer), store.writing():
        pytest.fail("the store was opened for writing")


@pytest.mark.parametrize("name", ["provenance", "environments"])
def test_what_records_share_may_be_newer_too(tmp_path, record, environment, name):
    store = Store(tmp_path)
    with store.writing():
        store.append(record, environment)
    (tmp_path / f"{name}.jsonl").write_bytes(b'{"v":7,"id":"x","colour":"red"}\n')
    with pytest.raises(
        StoreNewer, match=r"format 7 .*; install claims-harness, the newest version"
    ):
        Store(tmp_path)
