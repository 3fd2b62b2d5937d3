from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from datasets_helpers import png

from harness.config.data import Data
from harness.datasets import Dataset, Roots, load, missing
from harness.errors import DataCorrupt

PICTURES = Data(dataset="imagefolder", path="pictures")


def read(roots: Roots) -> Dataset:
    return load(PICTURES, roots, np.random.default_rng(0))


def test_every_picture_comes_back_under_its_class(
    small_folder: Path, roots: Roots, images: np.ndarray
) -> None:
    assert small_folder.is_dir()
    dataset = read(roots)
    assert dataset.facts.classes == ("cat", "dog")
    labels = [0, 0, 0, 1, 1, 0, 1, 1]
    read_back = zip(
        [*dataset.x_train, *dataset.x_test], [*dataset.y_train, *dataset.y_test], strict=True
    )
    found = sorted((pixels.tobytes(), int(label)) for pixels, label in read_back)
    assert found == sorted(zip((image.tobytes() for image in images), labels, strict=True))


def test_order_mixes_the_classes_and_depends_on_names_only(roots: Roots) -> None:
    folder = roots.data / "pictures"
    for index in range(60):
        for part in ("train", "test"):
            place = folder / part / ("cat" if index < 30 else "dog")
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{index}.png").write_bytes(png(np.full((1, 2, 2), index, np.uint8)))
    dataset = read(roots)
    assert set(dataset.y_train[:20]) == {0, 1}
    np.testing.assert_array_equal(np.sort(dataset.x_train[:, 0, 0, 0]), np.arange(60))


def test_a_class_only_the_test_part_has_is_refused(small_folder: Path, roots: Roots) -> None:
    (small_folder / "test" / "dog").rename(small_folder / "test" / "doge")
    with pytest.raises(DataCorrupt, match=r"unknown class 'doge'\. Did you mean 'dog'\?"):
        read(roots)


def test_a_file_that_is_no_picture_is_refused_and_hidden_files_are_not(
    small_folder: Path, roots: Roots
) -> None:
    (small_folder / "train" / "cat" / ".hidden").write_text("x")
    assert read(roots).facts.n_train == 5
    (small_folder / "train" / "cat" / "notes.txt").write_text("x")
    with pytest.raises(DataCorrupt, match=r"notes\.txt: must be a picture"):
        read(roots)


def test_a_broken_picture_is_named(small_folder: Path, roots: Roots) -> None:
    broken = small_folder / "train" / "cat" / "0.png"
    broken.write_bytes(broken.read_bytes()[:40])
    with pytest.raises(DataCorrupt, match=r"0\.png: must be a whole picture"):
        read(roots)


def test_a_part_without_pictures_is_missing(small_folder: Path, roots: Roots) -> None:
    (small_folder / "test").rename(small_folder / "held-out")
    message = missing(PICTURES, roots)
    assert message is not None
    assert f"must be in {small_folder / 'test'}/<class>/, got none" in message
