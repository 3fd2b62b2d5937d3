"""Whatever is in a file of a data set, it is loaded whole or refused by name."""

from __future__ import annotations

import tempfile
from pathlib import Path

import faults
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.data import Data
from harness.datasets import Dataset, pictures
from harness.errors import DataCorrupt

SHARDS = Data(dataset="parquet", path="tiny")
FOLDER = Data(dataset="imagefolder", path="tiny")
few = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
many = settings(deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))


def read_shards(train: bytes, test: bytes) -> Dataset | str:
    with tempfile.TemporaryDirectory() as folder:
        tiny = Path(folder, "data", "tiny")
        tiny.mkdir(parents=True)
        for name, data in zip(faults.PARTS, (train, test), strict=True):
            (tiny / name).write_bytes(data)
        found = faults.outcome(SHARDS, tiny.parent, Path(folder, "cache"))
        if isinstance(found, Dataset):
            faults.check_whole(found)
        return found


def check_metadata(said: bytes) -> None:
    found = read_shards(*[faults.shard(faults.good_table(said))] * 2)
    if isinstance(found, str):  # names that are whole, and too few for the labels
        assert "row " in found
        assert "labels must be below the" in found


@few
@given(faults.metadata)
def test_metadata_never_keeps_good_pictures_from_being_loaded(said: bytes) -> None:
    check_metadata(said)


@pytest.mark.faults
@many
@given(faults.metadata)
def test_metadata_never_keeps_good_pictures_from_being_loaded_in_many_tries(said: bytes) -> None:
    check_metadata(said)


def check_tables(train: pa.Table, test: pa.Table) -> None:
    read_shards(faults.shard(train), faults.shard(test))


@few
@given(faults.tables(), faults.tables() | st.just(faults.good_table()))
def test_tables_of_any_columns_are_loaded_or_refused(train: pa.Table, test: pa.Table) -> None:
    check_tables(train, test)


@pytest.mark.faults
@many
@given(faults.tables(), faults.tables() | st.just(faults.good_table()))
def test_tables_of_any_columns_are_loaded_or_refused_in_many_tries(
    train: pa.Table, test: pa.Table
) -> None:
    check_tables(train, test)


WHOLE = faults.shard(faults.good_table(b"{}"))


@few
@given(faults.damaged(WHOLE))
def test_a_damaged_shard_is_loaded_or_refused(broken: bytes) -> None:
    read_shards(broken, WHOLE)


@pytest.mark.faults
@many
@given(faults.damaged(WHOLE))
def test_a_damaged_shard_is_loaded_or_refused_in_many_tries(broken: bytes) -> None:
    read_shards(broken, WHOLE)


def check_picture(data: bytes) -> None:
    pixels, name, refused = np.empty(0), "", ""
    try:
        pixels, name = pictures.decode(data, "HERE")
    except DataCorrupt as error:
        refused = str(error)
    assert not refused or refused.startswith("HERE: must ")
    assert not faults.ADDRESS.search(refused)
    assert refused or (name in pictures.FORMATS and pixels.shape[0] in (1, 3))


@few
@given(st.sampled_from(faults.PICTURES).flatmap(faults.damaged))
def test_a_damaged_picture_is_decoded_or_refused(data: bytes) -> None:
    check_picture(data)


@pytest.mark.faults
@settings(many, max_examples=20_000)
@given(st.sampled_from(faults.PICTURES).flatmap(faults.damaged))
def test_a_damaged_picture_is_decoded_or_refused_in_many_tries(data: bytes) -> None:
    check_picture(data)
