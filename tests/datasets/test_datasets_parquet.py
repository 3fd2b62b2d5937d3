from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets_helpers import png, write_shard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from harness.config.data import Data
from harness.datasets import Dataset, Roots, load, missing
from harness.errors import DataCorrupt, DataMissing, UsageError

TINY = Data(dataset="parquet", path="tiny")
RNG = np.random.default_rng(0)
shapes = st.tuples(st.sampled_from([1, 3]), st.integers(1, 6), st.integers(1, 6))


def read(roots: Roots) -> Dataset:
    return load(TINY, roots, RNG)


@settings(deadline=None, max_examples=25)
@given(
    images=shapes.flatmap(
        lambda shape: hnp.arrays(np.uint8, st.tuples(st.integers(3, 9), *map(st.just, shape)))
    ),
    n_test=st.integers(1, 2),
    shards=st.integers(1, 2),
    labels=st.lists(st.integers(0, 300), min_size=9, max_size=9),
)
def test_pictures_and_labels_come_back_in_order(
    images: np.ndarray, n_test: int, shards: int, labels: list[int]
) -> None:
    labels = labels[: len(images)]
    n = len(images) - n_test
    with tempfile.TemporaryDirectory() as folder:
        roots = Roots(Path(folder, "data"), Path(folder, "cache"))
        encoded = [png(image) for image in images]
        bounds = [n * index // shards for index in range(shards + 1)]
        for index, (low, high) in enumerate(itertools.pairwise(bounds)):
            name = f"tiny/train-{index:05d}-of-{shards:05d}.parquet"
            write_shard(roots.data / name, encoded[low:high], labels[low:high])
        write_shard(roots.data / "tiny/test-00000-of-00001.parquet", encoded[n:], labels[n:])
        dataset = read(roots)
        np.testing.assert_array_equal(dataset.x_train, images[:n])
        np.testing.assert_array_equal(dataset.x_test, images[n:])
        np.testing.assert_array_equal(dataset.y_train, labels[:n])
        np.testing.assert_array_equal(dataset.y_test, labels[n:])
        assert dataset.facts.outputs == max(labels) + 1
        assert dataset.notes == {"encoding": "PNG"}


@settings(deadline=None, max_examples=25)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_anywhere_is_named_and_refused(cut: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        roots = Roots(Path(folder, "data"), Path(folder, "cache"))
        paths = [
            roots.data / "tiny" / f"{part}-00000-of-00001.parquet" for part in ("train", "test")
        ]
        for path in paths:
            write_shard(path, [png(np.zeros((1, 2, 2), np.uint8))] * 3, [0, 1, 2])
        whole = paths[0].read_bytes()
        paths[0].write_bytes(whole[: int(cut * len(whole))])
        with pytest.raises(DataCorrupt, match=r"train-00000-of-00001\.parquet: must be a whole"):
            read(roots)


def test_a_picture_of_another_shape_is_named_by_file_and_row(
    small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    path = small_parquet / "train-00000-of-00001.parquet"
    write_shard(path, [png(images[0]), png(images[1, :, :3])], [0, 1])
    with pytest.raises(DataCorrupt) as caught:
        read(roots)
    assert str(caught.value) == (
        f"{path}, row 1: must be 3 channels of 4 x 5 pixels like the first picture, "
        "got 3 channels of 3 x 5 pixels"
    )


def test_test_pictures_must_have_the_shape_of_the_training_pictures(
    small_parquet: Path, roots: Roots
) -> None:
    path = small_parquet / "test-00000-of-00001.parquet"
    write_shard(path, [png(np.zeros((1, 4, 5), np.uint8))], [0])
    with pytest.raises(DataCorrupt, match=r"test-00000-of-00001\.parquet, row 0: .*got 1 channel"):
        read(roots)


@pytest.mark.parametrize(
    ("picture", "label", "message"),
    [
        (b"not a picture", 0, "row 1: must be a whole picture"),
        (None, 0, "row 1: img must hold the picture, got no bytes"),
        ("whole", None, "row 1: label must be 0 or more, got None"),
        ("whole", -1, "row 1: label must be 0 or more, got -1"),
    ],
)
def test_a_bad_row_is_named(
    small_parquet: Path,
    roots: Roots,
    images: np.ndarray,
    picture: bytes | str | None,
    label: int | None,
    message: str,
) -> None:
    path = small_parquet / "train-00000-of-00001.parquet"
    whole = png(images[0])
    write_shard(path, [whole, whole if picture == "whole" else picture], [0, label])
    with pytest.raises(DataCorrupt) as caught:
        read(roots)
    assert str(caught.value).startswith(f"{path}, {message}")


@pytest.mark.parametrize("columns", [("image", "labels"), ("img", "fine_label"), ("x", "y")])
def test_usual_column_names_and_single_candidates_are_found(
    columns: tuple[str, str], small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    for part in ("train", "test"):
        path = small_parquet / f"{part}-00000-of-00001.parquet"
        write_shard(path, [png(images[0])], [1], columns=columns)
    np.testing.assert_array_equal(read(roots).x_train, images[:1])


def test_a_file_without_pictures_says_which_columns_it_has(
    small_parquet: Path, roots: Roots
) -> None:
    path = small_parquet / "train-00000-of-00001.parquet"
    pq.write_table(pa.table({"text": ["a"], "label": [0]}), path)
    with pytest.raises(DataCorrupt, match=r"must have a column of pictures .*got text: string, la"):
        read(roots)


def test_class_names_come_from_the_hugging_face_metadata(
    small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    for part in ("train", "test"):
        path = small_parquet / f"{part}-00000-of-00001.parquet"
        write_shard(path, [png(images[0])], [1], names=["cat", "dog", "eel"])
    assert read(roots).facts.classes == ("cat", "dog", "eel")


def test_class_names_of_fewer_classes_than_there_are_are_ignored(
    small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    for part in ("train", "test"):
        path = small_parquet / f"{part}-00000-of-00001.parquet"
        write_shard(path, [png(images[0])], [2], names=["cat", "dog"])
    assert read(roots).facts.classes == ("0", "1", "2")


def test_files_in_a_data_folder_and_validation_as_test_are_found(
    small_parquet: Path, roots: Roots
) -> None:
    inner = small_parquet / "data"
    inner.mkdir()
    for path in list(small_parquet.glob("*.parquet")):
        path.rename(inner / path.name.replace("test", "validation"))
    assert read(roots).facts.n_test == 3


def test_an_absolute_path_needs_no_data_root(small_parquet: Path, tmp_path: Path) -> None:
    elsewhere = Roots(tmp_path / "none", tmp_path / "cache")
    data = Data(dataset="parquet", path=str(small_parquet))
    assert load(data, elsewhere, RNG).facts.n_train == 5


def test_a_missing_shard_is_named(small_parquet: Path, roots: Roots) -> None:
    path = small_parquet / "train-00000-of-00001.parquet"
    path.rename(small_parquet / "train-00001-of-00002.parquet")
    message = missing(TINY, roots)
    assert message is not None
    assert "shard 00000-of-00002 must be beside train-00001-of-00002.parquet" in message
    with pytest.raises(DataMissing, match="got 1 of 2"):
        read(roots)


def test_a_missing_part_is_named(small_parquet: Path, roots: Roots) -> None:
    (small_parquet / "test-00000-of-00001.parquet").unlink()
    assert missing(TINY, roots) == f"parquet: test-*.parquet must be in {small_parquet}"


def test_a_path_is_required(roots: Roots) -> None:
    with pytest.raises(UsageError, match=r"data\.path must name the folder of the parquet data"):
        load(Data(dataset="parquet"), roots, RNG)


def test_the_jpeg_copy_must_be_all_of_cifar10(small_parquet: Path, roots: Roots) -> None:
    small_parquet.rename(roots.data / "cifar10-jpeg")
    with pytest.raises(DataCorrupt, match="must be 50000 training and 10000 test images of shape"):
        load(Data(dataset="cifar10-jpeg"), roots, RNG)


@pytest.mark.data
def test_the_jpeg_copy_stands_in_for_cifar10(real_roots: Roots) -> None:
    use = {"cifar10": "cifar10-jpeg"}
    message = missing(Data(dataset="cifar10"), real_roots, use)
    if message is not None:
        pytest.skip(message)
    dataset = load(Data(dataset="cifar10"), real_roots, RNG, use)
    assert (dataset.used.requested, dataset.used.used) == ("cifar10", "cifar10-jpeg")
    assert dataset.used.same_images
    assert dataset.notes["encoding"] == "JPEG"
    np.testing.assert_array_equal(np.bincount(dataset.y_train), [5_000] * 10)
    np.testing.assert_array_equal(np.bincount(dataset.y_test), [1_000] * 10)
    assert [dataset.facts.classes[label] for label in dataset.y_train[:4]] == [
        "frog",
        "truck",
        "truck",
        "deer",
    ]
