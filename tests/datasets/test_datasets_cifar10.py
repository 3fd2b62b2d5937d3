from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faults
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.data import Data
from harness.datasets import Roots, catalogue, cifar10, load, missing, vision
from harness.errors import DataCorrupt

CIFAR10 = Data(dataset="cifar10")
Serve = Callable[[Mapping[str, bytes]], str]


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()  # noqa: S324 - the checksum torchvision publishes


def tarball(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"{cifar10.FOLDER}/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def batches() -> dict[str, bytes]:
    """Seven files like the published ones, two images in each batch."""
    rng = np.random.default_rng(0)
    files = {}
    for index, name in enumerate(cifar10.BATCHES[:-1]):
        pixels = rng.integers(0, 256, (2, 3072), dtype=np.uint8)
        files[name] = pickle.dumps({"data": pixels, "labels": [index, 9 - index]})
    files["batches.meta"] = pickle.dumps({"label_names": list(cifar10.CLASSES)})
    return files


@pytest.fixture
def archive(
    batches: dict[str, bytes], torchvision_datasets: Any, monkeypatch: pytest.MonkeyPatch
) -> bytes:
    """Their archive, and torchvision's own class with their checksums."""
    data = tarball(batches)
    real = torchvision_datasets.CIFAR10
    sums = {
        "tgz_md5": md5(data),
        "train_list": [[name, md5(batches[name])] for name, _ in real.train_list],
        "test_list": [[name, md5(batches[name])] for name, _ in real.test_list],
        "meta": {**real.meta, "md5": md5(batches["batches.meta"])},
    }
    small = type("CIFAR10", (real,), sums)
    monkeypatch.setattr(vision, "datasets", lambda _name: SimpleNamespace(CIFAR10=small))
    return data


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def decode(roots: Roots, scratch: Path) -> Any:
    reader = cifar10.Cifar10()
    return reader.decode(reader.sources(CIFAR10, roots.data), scratch)


@pytest.mark.parametrize("place", [".", "cifar10"])
@pytest.mark.parametrize("packed", [True, False])
def test_the_archive_and_the_unpacked_batches_give_the_same_images(
    place: str,
    packed: bool,
    archive: bytes,
    batches: dict[str, bytes],
    roots: Roots,
    tmp_path: Path,
) -> None:
    folder = roots.data / place
    if packed:
        folder.mkdir(parents=True)
        (folder / cifar10.ARCHIVE).write_bytes(archive)
    else:
        unpack(batches, folder / cifar10.FOLDER)
    decoded = decode(roots, tmp_path / "scratch")
    assert decoded.y_train.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]
    assert decoded.y_test.tolist() == [5, 4]
    first = pickle.loads(batches["data_batch_1"])["data"][0]  # noqa: S301 - made above
    np.testing.assert_array_equal(decoded.x_train[0], first.reshape(3, 32, 32))
    assert (decoded.x_test.shape, decoded.x_test.dtype) == ((2, 3, 32, 32), np.uint8)


def test_the_declared_class_names_are_those_of_the_files(batches: dict[str, bytes]) -> None:
    names = pickle.loads(batches["batches.meta"])["label_names"]  # noqa: S301 - made above
    assert tuple(names) == cifar10.CLASSES == cifar10.Cifar10.known.classes


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


@pytest.mark.usefixtures("torchvision_datasets")
@pytest.mark.parametrize("name", cifar10.BATCHES)
def test_nothing_is_unpickled_before_its_checksum_holds(
    name: str, archive: bytes, batches: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    marker = tmp_path / "unpickled"
    trap = pickle.dumps(Trap(marker))
    unpack({**batches, name: trap}, roots.data / cifar10.FOLDER)
    assert archive
    with pytest.raises(DataCorrupt, match=rf"{cifar10.FOLDER}/{name} must have MD5"):
        load(CIFAR10, roots, np.random.default_rng(0))
    assert not marker.exists()
    pickle.loads(trap)  # noqa: S301 - shows that the trap would have sprung
    assert marker.exists()


def foreign(whole: bytes, batches: Mapping[str, bytes]) -> st.SearchStrategy[bytes]:
    """Damaged files, whole archives of damaged batches and of other members, and traps."""
    name = st.sampled_from(sorted(batches))
    inner = name.flatmap(
        lambda one: faults.damaged(batches[one]).map(lambda data: tarball({**batches, one: data}))
    )
    members = st.sampled_from(["../up", "/down", "a/" * 50 + "b", "data_batch_1\n"])
    others = members.map(lambda one: tarball({**batches, one: b"x"}))
    protocols = st.integers(0, 5).map(lambda number: pickle.dumps(Trap(MARKER), number))
    traps = protocols | protocols.map(lambda data: tarball({**batches, "data_batch_1": data}))
    return faults.damaged(whole) | inner | others | traps | st.binary(max_size=40)


MARKER = Path("unpickled")


def check_files(archive: bytes, batches: Mapping[str, bytes], data: st.DataObject) -> None:
    packed = data.draw(st.booleans())
    name = cifar10.ARCHIVE if packed else data.draw(st.sampled_from(cifar10.BATCHES))
    whole = archive if packed else batches[name]
    broken = data.draw(foreign(whole, batches).filter(lambda found: found != whole))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        roots = Roots(Path(folder, "data"), Path(folder, "cache"))
        place = roots.data if packed else roots.data / cifar10.FOLDER
        unpack({name: broken} if packed else {**batches, name: broken}, place)
        with pytest.raises(DataCorrupt) as caught:
            load(CIFAR10, roots, np.random.default_rng(0))
        assert str(caught.value).startswith(f"{place / name} must have MD5 ")
        assert {path.name for path in Path(folder).iterdir()} <= {"data", "cache"}
        assert not [path for path in roots.cache.rglob("*") if path.is_file()]


tries = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@tries
@given(data=st.data())
def test_files_of_anything_else_are_named_and_refused(
    archive: bytes, batches: dict[str, bytes], data: st.DataObject
) -> None:
    check_files(archive, batches, data)


@pytest.mark.faults
@settings(tries, max_examples=3_000)
@given(data=st.data())
def test_files_of_anything_else_are_named_and_refused_in_many_tries(
    archive: bytes, batches: dict[str, bytes], data: st.DataObject
) -> None:
    check_files(archive, batches, data)


def test_an_archive_cut_short_is_named_and_refused(archive: bytes, roots: Roots) -> None:
    roots.data.mkdir()
    (roots.data / cifar10.ARCHIVE).write_bytes(archive[:-9])
    with pytest.raises(DataCorrupt, match=rf"{cifar10.ARCHIVE} must have MD5"):
        load(CIFAR10, roots, np.random.default_rng(0))


def test_a_data_set_of_another_size_is_refused(archive: bytes, roots: Roots) -> None:
    roots.data.mkdir()
    (roots.data / cifar10.ARCHIVE).write_bytes(archive)
    with pytest.raises(
        DataCorrupt, match=r"must be 50000 training and 10000 test .*; got 10 train"
    ):
        load(CIFAR10, roots, np.random.default_rng(0))


def test_the_archive_comes_from_a_mirror(
    archive: bytes, roots: Roots, serve: Serve, tmp_path: Path
) -> None:
    catalogue.get("cifar10", roots, mirror=serve({cifar10.ARCHIVE: archive}))
    assert missing(CIFAR10, roots) is None
    assert len(decode(roots, tmp_path / "scratch").x_train) == 10


def test_other_bytes_from_a_mirror_are_refused(archive: bytes, roots: Roots, serve: Serve) -> None:
    address = serve({cifar10.ARCHIVE: archive + b"?"})
    with pytest.raises(DataCorrupt, match=rf"{cifar10.ARCHIVE} from {address}.* must have MD5"):
        catalogue.get("cifar10", roots, mirror=address)
    assert list(roots.data.iterdir()) == []


@pytest.mark.parametrize("packed", [True, False])
def test_local_files_are_checked_and_copied(
    packed: bool, archive: bytes, batches: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    if packed:
        mine.mkdir()
        (mine / cifar10.ARCHIVE).write_bytes(archive)
    else:
        unpack(batches, mine / cifar10.FOLDER)
    (line,) = catalogue.get("cifar10", roots, source=mine)
    assert str(mine) in line
    assert len(decode(roots, tmp_path / "scratch").x_test) == 2


def test_the_missing_message_offers_the_stand_in(roots: Roots) -> None:
    message = missing(CIFAR10, roots)
    assert message is not None
    assert "--use cifar10=cifar10-jpeg" in message
