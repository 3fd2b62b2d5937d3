from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from datasets_helpers import png, write_shard

from harness.config.data import Data
from harness.datasets import Dataset, Roots, load
from harness.datasets.cache import ARRAYS, Decoded, Entry
from harness.errors import DataError

TINY = Data(dataset="parquet", path="tiny")


def read(roots: Roots) -> Dataset:
    return load(TINY, roots, np.random.default_rng(0))


def files(roots: Roots, pattern: str) -> list[Path]:
    return sorted((roots.cache / "decoded").rglob(pattern))


@pytest.fixture
def decoded() -> Decoded:
    x = np.random.default_rng(0).integers(0, 256, (6, 1, 3, 3), dtype=np.uint8)
    return Decoded(x[:4], np.arange(4), x[4:], np.arange(2), ("a", "b", "c", "d"), {"note": "x"})


def test_what_is_written_is_read_back(decoded: Decoded, tmp_path: Path) -> None:
    entry = Entry(tmp_path / "entry")
    assert entry.read() is None
    entry.write(decoded)
    held = entry.read()
    assert held is not None
    again, fingerprint = held
    assert fingerprint == decoded.fingerprint == again.fingerprint
    assert (again.classes, again.notes) == (decoded.classes, decoded.notes)


@pytest.mark.usefixtures("small_parquet")
def test_pixels_are_memory_mapped_and_read_only(roots: Roots) -> None:
    for dataset in (read(roots), read(roots)):
        assert isinstance(dataset.x_train, np.memmap)
        assert not dataset.x_train.flags.writeable


@pytest.mark.usefixtures("small_parquet")
def test_a_second_load_decodes_nothing(roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(roots)
    monkeypatch.setattr("harness.datasets.pictures.decode", None)
    assert read(roots).used == first.used


def test_a_changed_file_is_read_again(
    small_parquet: Path, roots: Roots, images: np.ndarray
) -> None:
    before = read(roots)
    path = small_parquet / "train-00000-of-00001.parquet"
    status = path.stat()
    write_shard(path, [png(image) for image in images[::-1][:5]], [0, 1, 2, 0, 1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    after = read(roots)
    assert before.used.fingerprint != after.used.fingerprint
    np.testing.assert_array_equal(after.x_train, images[::-1][:5])


@pytest.mark.usefixtures("small_parquet")
@pytest.mark.parametrize("name", [f"{name}.npy" for name in ARRAYS])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"?" * path.stat().st_size),
        lambda path: path.write_bytes(b""),
    ],
    ids=["gone", "short", "overwritten", "empty"],
)
def test_a_damaged_array_is_made_again(
    name: str, damage: Callable[[Path], object], roots: Roots, images: np.ndarray
) -> None:
    used = read(roots).used
    (path,) = files(roots, name)
    whole = path.read_bytes()
    damage(path)
    after = read(roots)
    assert after.used == used
    assert path.read_bytes() == whole
    np.testing.assert_array_equal(after.x_test, images[5:])


def test_a_flipped_bit_anywhere_is_not_read(decoded: Decoded, tmp_path: Path) -> None:
    entry = Entry(tmp_path / "entry")
    entry.write(decoded)
    for path in sorted(entry.folder.iterdir()):
        whole = path.read_bytes()
        for place in range(0, len(whole), 3):
            changed = bytearray(whole)
            changed[place] ^= 1 << (place % 8)
            path.write_bytes(changed)
            assert entry.read() is None
        path.write_bytes(whole)
    assert entry.read() is not None


@pytest.mark.usefixtures("small_parquet")
@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 0}', '{"format": 1}'])
def test_a_damaged_manifest_is_made_again(text: str, roots: Roots) -> None:
    before = read(roots)
    (path,) = files(roots, "manifest.json")
    whole = path.read_bytes()
    path.write_text(text)
    assert read(roots).used == before.used
    assert path.read_bytes() == whole


def test_a_reader_beside_writers_sees_a_whole_entry_or_none(
    decoded: Decoded, tmp_path: Path
) -> None:
    entry = Entry(tmp_path / "entry")
    seen = []

    def write() -> None:
        for _ in range(25):
            entry.write(decoded)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        held = entry.read()
        seen.append(None if held is None else (held[0].fingerprint, held[1]))
    for writer in writers:
        writer.join()
    assert set(seen) <= {None, (decoded.fingerprint, decoded.fingerprint)}
    held = entry.read()
    assert held is not None
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.usefixtures("small_parquet")
def test_processes_that_decode_at_once_agree(roots: Roots) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool:
        fingerprints = set(pool.map(_fingerprint, [roots] * 3))
    assert fingerprints == {read(roots).used.fingerprint}
    assert len(files(roots, "*.npy")) == len(ARRAYS)
    assert not files(roots, "*.tmp")
    assert [path.name for path in roots.cache.iterdir()] == ["decoded"]


def _fingerprint(roots: Roots) -> str:
    return read(roots).used.fingerprint


@pytest.mark.usefixtures("small_parquet")
def test_a_cache_that_cannot_be_written_says_what_to_do(roots: Roots) -> None:
    roots.cache.write_text("a file where the folder should be")
    with pytest.raises(
        DataError, match=r"cache folder must be readable and writable.*Set HARNESS_CACHE"
    ):
        read(roots)
