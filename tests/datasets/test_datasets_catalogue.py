from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from datasets_helpers import png, write_shard

from harness.config.data import Data
from harness.datasets import Roots, catalogue, load, names, parquet
from harness.errors import DataCorrupt, DataMissing, UsageError

TINY = Data(dataset="parquet", path="tiny")


def test_every_data_set_has_a_row(roots: Roots) -> None:
    rows = {row.name: row for row in catalogue.listing(roots)}
    assert tuple(rows) == names()
    assert rows["cifar10-jpeg"].copy_of == "cifar10"
    absent = {name for name, row in rows.items() if not row.present}
    assert absent == {"mnist", "cifar10", "cifar10-jpeg"}
    assert all(str(roots.data) in rows[name].detail for name in absent)


@pytest.mark.parametrize("name", ["digits", "synthetic", "parquet", "imagefolder"])
def test_some_data_sets_need_no_getting(name: str, roots: Roots) -> None:
    (line,) = catalogue.get(name, roots)
    assert line.startswith(f"{name}: nothing to get; ")
    assert not roots.data.exists()


def test_an_unknown_name_is_refused(roots: Roots) -> None:
    for act in (catalogue.get, catalogue.verify):
        with pytest.raises(UsageError, match=r"Did you mean 'mnist'\?"):
            act("mnis", roots)


def test_verify_decodes_from_the_files_and_mends_the_cache(
    small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    assert small_parquet.is_dir()
    used = load(TINY, roots, np.random.default_rng(0)).used
    (held,) = roots.cache.rglob("x_train.npy")
    whole = held.read_bytes()
    held.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))  # of the right size: load cannot see it
    verified = catalogue.verify("parquet", roots, TINY)
    assert verified.used == used
    np.testing.assert_array_equal(verified.x_train, images[:5])
    assert held.read_bytes() == whole


def test_verify_names_a_damaged_file(small_parquet: Path, roots: Roots) -> None:
    path = small_parquet / "test-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataCorrupt, match=r"test-00000-of-00001\.parquet: must be a whole parquet"):
        catalogue.verify("parquet", roots, TINY)


def test_verify_reads_embedded_and_drawn_data_too(roots: Roots) -> None:
    assert catalogue.verify("digits", roots).facts.n_train == 1437
    with pytest.raises(UsageError, match=r"data\.synthetic must be given"):
        catalogue.verify("synthetic", roots)


def test_the_jpeg_copy_cannot_be_downloaded(roots: Roots) -> None:
    with pytest.raises(UsageError, match="harness data get cifar10-jpeg --from DIR"):
        catalogue.get("cifar10-jpeg", roots)


@pytest.fixture
def any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two images pass for the JPEG copy."""
    reader = replace(parquet.CIFAR10_JPEG_READER, known=None)
    monkeypatch.setattr(parquet, "CIFAR10_JPEG_READER", reader)


@pytest.mark.usefixtures("any_size")
@pytest.mark.parametrize("inner", ["", "cifar10-jpeg"])
def test_local_parquet_files_are_decoded_and_copied(
    inner: str, roots: Roots, tmp_path: Path, images: np.ndarray
) -> None:
    mine = tmp_path / "mine"
    for part in ("train", "test"):
        write_shard(mine / inner / f"{part}-00000-of-00001.parquet", [png(images[0])], [3])
    (line,) = catalogue.get("cifar10-jpeg", roots, source=mine)
    assert str(mine) in line
    assert catalogue.loader("cifar10-jpeg", roots).missing(Data(dataset="cifar10-jpeg")) is None
    assert [path.name for path in roots.data.iterdir()] == ["cifar10-jpeg"]


@pytest.mark.usefixtures("any_size")
def test_local_parquet_files_that_are_damaged_are_not_copied(roots: Roots, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    for part in ("train", "test"):
        write_shard(mine / f"{part}-00000-of-00001.parquet", [b"no picture"], [3])
    with pytest.raises(DataCorrupt, match=r"train-00000-of-00001\.parquet, row 0"):
        catalogue.get("cifar10-jpeg", roots, source=mine)
    assert not roots.data.exists()


def test_a_source_without_the_files_says_where_it_looked(roots: Roots, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=rf"must be in one of {tmp_path}/cifar10-jpeg"):
        catalogue.get("cifar10-jpeg", roots, source=tmp_path)


@pytest.mark.data
def test_what_is_there_and_whole_is_not_fetched_again(real_roots: Roots) -> None:
    (line,) = catalogue.get("mnist", real_roots, mirror="http://127.0.0.1:9/nobody-answers-here")
    assert line == f"mnist: already under {real_roots.data}, checked"
