from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import struct
import subprocess
import sys
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
from harness.datasets import Roots, archives, catalogue, load, missing, mnist, vision
from harness.errors import DataCorrupt, DataError, DataMissing, UsageError

MNIST = Data(dataset="mnist")
RNG = np.random.default_rng(0)
Serve = Callable[[Mapping[str, bytes]], str]


def idx(array: np.ndarray) -> bytes:
    """Return an idx file of uint8 (LeCun's format), gzip-compressed."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def tiny(torchvision_datasets: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Four archives of 5 + 2 images, and torchvision's own class with their checksums."""
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", 5), ("t10k", 2)):
        images = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte.gz"] = idx(images)
        files[f"{part}-labels-idx1-ubyte.gz"] = idx(np.arange(n, dtype=np.uint8))
    sums = [(name, hashlib.md5(data).hexdigest()) for name, data in files.items()]  # noqa: S324
    small = type("MNIST", (torchvision_datasets.MNIST,), {"resources": sums})
    monkeypatch.setattr(vision, "datasets", lambda _name: SimpleNamespace(MNIST=small))
    return files


def place(files: Mapping[str, bytes], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def listing(folder: Path) -> dict[str, int]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in paths}


def decode(roots: Roots, scratch: Path) -> Any:
    reader = mnist.Mnist()
    return reader.decode(reader.sources(MNIST, roots.data), scratch)


@pytest.mark.parametrize("folder", ["MNIST/raw", "mnist", "."])
def test_archives_are_found_where_people_put_them(
    folder: str, tiny: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    place(tiny, roots.data / folder)
    decoded = decode(roots, tmp_path / "scratch")
    assert (decoded.x_train.shape, decoded.x_train.dtype) == ((5, 1, 28, 28), np.uint8)
    np.testing.assert_array_equal(decoded.y_train, np.arange(5))
    pixels = gzip.decompress(tiny["t10k-images-idx3-ubyte.gz"])[16:]
    assert decoded.x_test.tobytes() == pixels


def test_one_absent_archive_is_named_with_every_place(
    roots: Roots,
) -> None:
    place(dict.fromkeys(mnist.ARCHIVES[1:], b""), roots.data / "mnist")
    message = missing(MNIST, roots)
    assert message is not None
    assert message.startswith("mnist: train-images-idx3-ubyte.gz must be in one of ")
    for folder in ("MNIST/raw", "mnist", "."):
        assert str(roots.data / folder) in message
    assert "`harness data get mnist`" in message
    assert "`harness data get mnist --from DIR`" in message


def test_unpacked_files_without_their_archives_are_not_enough(roots: Roots) -> None:
    place({name.removesuffix(".gz"): b"?" for name in mnist.ARCHIVES}, roots.data / "MNIST/raw")
    with pytest.raises(DataMissing):
        load(MNIST, roots, RNG)


def test_an_archive_cut_short_is_named_and_refused(tiny: dict[str, bytes], roots: Roots) -> None:
    name = "t10k-labels-idx1-ubyte.gz"
    folder = place({**tiny, name: tiny[name][:-3]}, roots.data / "mnist")
    with pytest.raises(DataCorrupt) as caught:
        load(MNIST, roots, RNG)
    assert str(caught.value).startswith(f"{folder / name} must have MD5 ")
    assert "Delete it and run `harness data get mnist`" in str(caught.value)


def foreign(whole: bytes) -> st.SearchStrategy[bytes]:
    """Damaged archives, and whole ones of idx files that say what they do not hold."""
    idx_file = gzip.decompress(whole)
    inner = faults.damaged(idx_file).map(lambda data: gzip.compress(data, mtime=0))
    headers = [struct.pack(">4B3I", 0, 0, 8, 3, n, 28, 28) for n in (0, 1, 2**31, 2**32 - 1)]
    huge = st.sampled_from([gzip.compress(head + bytes(28), mtime=0) for head in headers])
    return faults.damaged(whole) | inner | huge | st.binary(max_size=40)


def check_archives(tiny: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(tiny)))
    broken = data.draw(foreign(tiny[name]).filter(lambda found: found != tiny[name]))
    with tempfile.TemporaryDirectory() as folder:
        roots = Roots(Path(folder, "data"), Path(folder, "cache"))
        place({**tiny, name: broken}, roots.data)
        with pytest.raises(DataCorrupt) as caught:
            load(MNIST, roots, RNG)
        assert str(caught.value).startswith(f"{roots.data / name} must have MD5 ")


tries = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@tries
@given(data=st.data())
def test_an_archive_of_anything_else_is_named_and_refused(
    tiny: dict[str, bytes], data: st.DataObject
) -> None:
    check_archives(tiny, data)


@pytest.mark.faults
@settings(tries, max_examples=3_000)
@given(data=st.data())
def test_an_archive_of_anything_else_is_named_and_refused_in_many_tries(
    tiny: dict[str, bytes], data: st.DataObject
) -> None:
    check_archives(tiny, data)


def test_a_wrong_archive_is_never_fetched_behind_the_users_back(
    tiny: dict[str, bytes], roots: Roots, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_MNIST_MIRROR", serve(tiny))
    place({**tiny, "train-labels-idx1-ubyte.gz": b"no"}, roots.data / "mnist")
    before = listing(roots.data)
    with pytest.raises(DataCorrupt, match=r"train-labels-idx1-ubyte\.gz must have MD5"):
        load(MNIST, roots, RNG)
    assert listing(roots.data) == before


def test_archives_from_a_mirror_are_checked_and_unpacked(
    tiny: dict[str, bytes], roots: Roots, serve: Serve, tmp_path: Path
) -> None:
    lines = catalogue.get("mnist", roots, mirror=serve(tiny))
    assert len(lines) == 4
    held = listing(roots.data)
    assert set(held) == {
        f"MNIST/raw/{name}{end}"
        for name in (name.removesuffix(".gz") for name in tiny)
        for end in ("", ".gz")
    }
    assert len(decode(roots, tmp_path / "scratch").x_train) == 5


def test_the_mirror_can_come_from_the_environment(
    tiny: dict[str, bytes], roots: Roots, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_MNIST_MIRROR", serve(tiny) + "/")
    catalogue.get("mnist", roots)
    assert missing(MNIST, roots) is None


def test_a_mirror_that_gives_other_bytes_is_named_and_nothing_is_kept(
    tiny: dict[str, bytes], roots: Roots, serve: Serve
) -> None:
    name = "train-labels-idx1-ubyte.gz"
    address = serve({**tiny, name: tiny[name][:-1] + b"?"})
    with pytest.raises(DataCorrupt, match=rf"{name} from {address}/ must have MD5 .* got "):
        catalogue.get("mnist", roots, mirror=address)
    assert listing(roots.data) == {}
    assert list(roots.data.iterdir()) == []


def test_a_mirror_without_the_file_is_reported(
    tiny: dict[str, bytes], roots: Roots, serve: Serve
) -> None:
    del tiny["t10k-labels-idx1-ubyte.gz"]
    with pytest.raises(DataMissing, match=r"could not be downloaded from .*404") as caught:
        catalogue.get("mnist", roots, mirror=serve(tiny))
    assert "`harness data get mnist --from DIR`" in str(caught.value)
    assert list(roots.data.iterdir()) == []


def test_a_download_replaces_a_damaged_archive(
    tiny: dict[str, bytes], roots: Roots, serve: Serve, tmp_path: Path
) -> None:
    place({**tiny, "t10k-images-idx3-ubyte.gz": b"no"}, roots.data / "MNIST/raw")
    catalogue.get("mnist", roots, mirror=serve(tiny))
    assert len(decode(roots, tmp_path / "scratch").x_test) == 2


@pytest.mark.parametrize("inner", [".", "mnist", "MNIST/raw"])
def test_local_archives_are_checked_and_copied(
    inner: str, tiny: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    place(tiny, tmp_path / "mine" / inner)
    before = listing(tmp_path / "mine")
    lines = catalogue.get("mnist", roots, source=tmp_path / "mine")
    assert all("verified" in line for line in lines)
    assert (roots.data / "MNIST/raw/train-images-idx3-ubyte").is_file()
    assert listing(tmp_path / "mine") == before


def test_local_archives_with_another_checksum_are_refused(
    tiny: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    name = "train-images-idx3-ubyte.gz"
    folder = place({**tiny, name: b"no"}, tmp_path / "mine")
    with pytest.raises(DataCorrupt, match=name) as caught:
        catalogue.get("mnist", roots, source=folder)
    assert str(folder / name) in str(caught.value)
    assert listing(roots.data) == {}


def test_a_source_without_archives_says_where_it_looked(
    torchvision_datasets: Any, roots: Roots, tmp_path: Path
) -> None:
    assert torchvision_datasets.MNIST.mirrors
    with pytest.raises(DataMissing, match=rf"must be in one of {tmp_path}/MNIST/raw"):
        catalogue.get("mnist", roots, source=tmp_path)
    with pytest.raises(UsageError, match="--from must be a folder"):
        catalogue.get("mnist", roots, source=tmp_path / "none")


def test_a_data_root_that_cannot_be_written_says_what_to_do(
    tiny: dict[str, bytes], roots: Roots, tmp_path: Path
) -> None:
    roots.data.write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"data folder must be writable.*--data DIR"):
        catalogue.get("mnist", roots, source=place(tiny, tmp_path / "mine"))


@pytest.mark.data
def test_the_real_archives_have_the_published_checksums(
    real_data: Path, torchvision_datasets: Any
) -> None:
    sums = mnist.checksums(torchvision_datasets.MNIST)
    sources = mnist.find(real_data, "")
    assert {name: archives.md5(path) for name, path in sources.items()} == sums


@pytest.mark.data
def test_real_mnist_is_what_is_published(real_roots: Roots) -> None:
    dataset = load(MNIST, real_roots, RNG)
    assert dataset.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(dataset.y_test).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]
    assert round(float(dataset.x_train.mean()) / 255, 4) == 0.1307
    assert round(float(dataset.x_train.std()) / 255, 4) == 0.3081


@pytest.mark.data
def test_a_read_only_data_root_is_left_alone(real_data: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    (root / "mnist").mkdir(parents=True)
    for name, path in mnist.find(real_data, "").items():
        shutil.copyfile(path, root / "mnist" / name)
    (root / "mnist").chmod(0o555)
    root.chmod(0o555)
    before = listing(root)
    dataset = load(MNIST, Roots(root, tmp_path / "cache"), RNG)
    assert dataset.facts == mnist.Mnist.known
    assert listing(root) == before
    root.chmod(0o755)


@pytest.mark.data
def test_a_decoded_copy_needs_no_torch(real_roots: Roots) -> None:
    used = load(MNIST, real_roots, RNG).used
    program = (
        "import sys\n"
        "sys.modules['torch'] = sys.modules['torchvision'] = None\n"
        "from pathlib import Path; import numpy as np\n"
        "from harness.config.data import Data; from harness.datasets import Roots, load\n"
        "roots = Roots(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(load(Data(dataset='mnist'), roots, np.random.default_rng(0)).used.fingerprint)"
    )
    command = [sys.executable, "-c", program, str(real_roots.data), str(real_roots.cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == used.fingerprint


@pytest.mark.data
def test_the_whole_download_from_a_loopback_mirror(
    real_roots: Roots, tmp_path: Path, serve: Serve
) -> None:
    sources = mnist.find(real_roots.data, "")
    address = serve({name: path.read_bytes() for name, path in sources.items()})
    roots = Roots(tmp_path / "data", real_roots.cache)
    catalogue.get("mnist", roots, mirror=address)
    assert missing(MNIST, roots) is None
    assert load(MNIST, roots, RNG).used == load(MNIST, real_roots, RNG).used
    assert os.listdir(roots.data) == ["MNIST"]  # noqa: PTH208 - hidden leftovers count
