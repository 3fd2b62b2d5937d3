"""Whatever is in a file of a data set, it is loaded whole or refused by name."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import faults
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.data import Data
from harness.datasets import Dataset, bounds, parquet, pictures
from harness.datasets.shards import Shard
from harness.errors import DataCorrupt

SHARDS = Data(dataset="parquet", path="tiny")
JPEG_COPY = Data(dataset=parquet.CIFAR10_JPEG)
FOLDER = Data(dataset="imagefolder", path="tiny")
few = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
many = settings(deadline=None, max_examples=1_500, suppress_health_check=list(HealthCheck))


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


def test_a_column_whose_facts_are_damaged_does_not_end_the_process(tmp_path: Path) -> None:
    """As ``metadata.row_group(0).column(1)`` of pyarrow does, whatever is done about it."""
    path, refused = tmp_path / "x.parquet", 0
    for place in range(len(WHOLE)):
        path.write_bytes(WHOLE[:place] + bytes([WHOLE[place] ^ 1]) + WHOLE[place + 1 :])
        try:
            Shard.open(path)
        except DataCorrupt:
            refused += 1
    assert refused


@pytest.mark.faults
@many
@given(faults.damaged(WHOLE))
def test_a_damaged_shard_is_loaded_or_refused_in_many_tries(broken: bytes) -> None:
    read_shards(broken, WHOLE)


def check_jpeg_copy(train: bytes, test: bytes) -> None:
    """The copy of a known data set is that, or refused."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "data", parquet.CIFAR10_JPEG)
        place.mkdir(parents=True)
        for name, data in zip(faults.PARTS, (train, test), strict=True):
            (place / name).write_bytes(data)
        found = faults.outcome(JPEG_COPY, place.parent, Path(folder, "cache"))
        assert isinstance(found, str)


any_shard = faults.damaged(WHOLE) | faults.tables().map(faults.shard) | st.binary(max_size=20)


@few
@given(any_shard, any_shard | st.just(WHOLE))
def test_no_other_shards_are_taken_for_the_jpeg_copy_of_cifar10(train: bytes, test: bytes) -> None:
    check_jpeg_copy(train, test)


@pytest.mark.faults
@many
@given(any_shard, any_shard | st.just(WHOLE))
def test_no_other_shards_are_taken_for_the_jpeg_copy_of_cifar10_in_many_tries(
    train: bytes, test: bytes
) -> None:
    check_jpeg_copy(train, test)


def check_unpacking(table: pa.Table, ways: dict[str, Any]) -> None:
    """A column of more than the bound is refused by name; the bound is small here."""
    packed = faults.shard(table, **ways)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "MOST_UNPACKED", 30_000)
        patch.setattr(bounds, "MOST_READ", 10_000)
        found = read_shards(packed, packed)
    size = sum(len(value.as_py()) for value in table.column("image"))
    if isinstance(found, str):
        assert ".parquet: must unpack to at most 30,000 bytes or 20 times its packed" in found
        assert size > 20_000
    else:
        np.testing.assert_array_equal(found.y_train, table.column("label").to_numpy())
        assert ways["use_dictionary"] or size <= max(30_000, 20 * len(packed))


@few
@given(faults.swollen_tables(), faults.ways)
def test_a_column_that_unpacks_to_too_much_is_refused(table: pa.Table, ways: Any) -> None:
    check_unpacking(table, ways)


@pytest.mark.faults
@many
@given(faults.swollen_tables(), faults.ways)
def test_a_column_that_unpacks_to_too_much_is_refused_in_many_tries(
    table: pa.Table, ways: Any
) -> None:
    check_unpacking(table, ways)


@pytest.mark.faults
@pytest.mark.parametrize("shared", [True, False], ids=["one value in every row", "many values"])
def test_a_megabyte_does_not_become_gigabytes(tmp_path: Path, shared: bool) -> None:
    """In a process of its own, whose memory is bounded."""
    value = faults.GOOD + bytes(64 << 20 if shared else 6 << 20)
    rows = 100
    pictures_, labels = pa.array([value], pa.binary()), pa.array([0] * rows)
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pictures_)
    if not shared:
        column = pa.chunked_array([pictures_] * rows)
    data = tmp_path / "data" / "tiny"
    data.mkdir(parents=True)
    for name in faults.PARTS:
        table = pa.table({"image": column, "label": labels})
        pq.write_table(table, data / name, compression="zstd", use_dictionary=shared)
        assert (data / name).stat().st_size < 2 << 20
    code = (
        "import sys, resource, numpy as np; from pathlib import Path; import pyarrow.parquet\n"
        "from harness.config.data import Data; from harness.datasets import Roots, load\n"
        "roots = Roots(Path(sys.argv[1], 'data'), Path(sys.argv[1], 'cache'))\n"
        "data = Data(dataset='parquet', path='tiny')\n"
        "try: print(load(data, roots, np.random.default_rng(0)).facts.n_train)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
    said, peak = done.stdout.splitlines()
    assert int(peak) << 10 < 3 << 30
    assert said == "100" if shared else "must unpack to at most 536,870,912 bytes" in said


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


def check_folder(files: list[tuple[bytes, ...]], *, whole: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = os.fsencode(Path(folder, "data"))
        for part in (b"train", b"test") if whole else ():
            faults.plant(b"/".join([root, b"tiny", part, b"cat", b"0.png"]), "good", b"")
        for part, label, name, end, kind, picture in files:
            path = b"/".join([root, b"tiny", part, label, name + end])
            with contextlib.suppress(FileExistsError, NotADirectoryError):
                faults.plant(path, kind, picture)
        Path(folder, "data").mkdir(exist_ok=True)
        found = faults.outcome(FOLDER, Path(folder, "data"), Path(folder, "cache"))
        if isinstance(found, Dataset):
            faults.check_whole(found)


@few
@given(faults.files_of_folders, st.booleans())
def test_folders_of_anything_are_loaded_or_refused(files: list[Any], whole: bool) -> None:
    check_folder(files, whole=whole)


@pytest.mark.faults
@many
@given(faults.files_of_folders, st.booleans())
def test_folders_of_anything_are_loaded_or_refused_in_many_tries(
    files: list[Any], whole: bool
) -> None:
    check_folder(files, whole=whole)


def test_a_file_name_that_is_no_text_is_a_picture_like_any_other(tmp_path: Path) -> None:
    for part in (b"train", b"test"):
        for label, name in ((b"cat", b"\xff\xfe.png"), (b"\xe9t\xe9", b"1.png")):
            path = b"/".join([os.fsencode(tmp_path), b"data", b"tiny", part, label, name])
            faults.plant(path, "good", b"")
    found = faults.outcome(FOLDER, tmp_path / "data", tmp_path / "cache")
    assert isinstance(found, Dataset)
    assert found.facts.classes == ("cat", r"\udce9t\udce9")
