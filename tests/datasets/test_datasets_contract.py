"""Every data set of the catalogue keeps the same promises."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import digest
from harness.config.data import Data, Synthetic
from harness.datasets import CATALOGUE, Dataset, Roots, facts, load, loader, missing, names
from harness.errors import DataMissing, UsageError

LINEAR = Synthetic(generator="linear", n_train=7, n_test=4)
PICTURES = Synthetic(generator="images", n_train=7, n_test=4, shape=(3, 6, 6), n_classes=4)
REAL = [
    pytest.param(Data(dataset=name), id=name, marks=pytest.mark.data)
    for name in ("mnist", "cifar10", "cifar10-jpeg")
]
TABLES = [
    pytest.param(Data(dataset="digits"), id="digits"),
    pytest.param(Data(dataset="synthetic", synthetic=LINEAR), id="synthetic-linear"),
    pytest.param(Data(dataset="synthetic", synthetic=PICTURES), id="synthetic-images"),
    pytest.param(Data(dataset="parquet", path="tiny"), id="parquet"),
    pytest.param(Data(dataset="imagefolder", path="pictures"), id="imagefolder"),
    *REAL,
]


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def placed(request: pytest.FixtureRequest, roots: Roots) -> Roots:
    """Roots under which the data set of the test's table can be read."""
    data = request.node.callspec.params["data"]
    if Data(dataset=data.dataset) not in [parameter.values[0] for parameter in REAL]:
        request.getfixturevalue("small_parquet")
        request.getfixturevalue("small_folder")
        return roots
    real = request.getfixturevalue("real_roots")
    message = missing(data, real)
    if message is not None:
        pytest.skip(message)
    return real


def test_every_entry_is_under_contract() -> None:
    assert {parameter.values[0].dataset for parameter in TABLES} == set(names())


@pytest.mark.parametrize("data", TABLES)
def test_a_loaded_data_set_is_what_the_contract_says(data: Data, placed: Roots) -> None:
    assert missing(data, placed) is None
    dataset = load(data, placed, stream())
    known = facts(data, placed)
    assert known in (None, dataset.facts)
    assert dataset.used == replace(
        dataset.used, requested=data.dataset, used=data.dataset, same_images=True
    )
    assert dataset.used.fingerprint == fingerprint(dataset)
    check_arrays(dataset)


def check_arrays(dataset: Dataset) -> None:
    expected = dataset.facts
    for x, y, n in (
        (dataset.x_train, dataset.y_train, expected.n_train),
        (dataset.x_test, dataset.y_test, expected.n_test),
    ):
        assert x.shape == (n, *expected.shape)
        if expected.classes:
            assert (x.dtype, y.dtype, y.shape) == (np.uint8, np.int64, (n,))
            assert 0 <= y.min() <= y.max() < expected.outputs == len(expected.classes)
        else:
            assert (x.dtype, y.dtype, y.shape) == (np.float32, np.float32, (n, expected.outputs))


def fingerprint(dataset: Dataset) -> str:
    return digest.of_arrays(dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test)


@pytest.mark.parametrize("data", TABLES)
def test_loading_again_gives_the_same_arrays(data: Data, placed: Roots) -> None:
    first, second = load(data, placed, stream()), load(data, placed, stream())
    assert fingerprint(first) == fingerprint(second) == second.used.fingerprint


@pytest.mark.parametrize("data", TABLES)
def test_only_synthetic_data_depend_on_the_stream(data: Data, placed: Roots) -> None:
    first, second = load(data, placed, stream(0)), load(data, placed, stream(1))
    assert (first.used == second.used) == (data.dataset != "synthetic")


@pytest.mark.parametrize("data", TABLES)
def test_absent_files_are_named_with_place_and_remedy(data: Data, tmp_path: Path) -> None:
    empty = Roots(tmp_path / "nothing-here", tmp_path / "cache")
    message = missing(data, empty)
    if data.dataset in ("digits", "synthetic"):
        assert message is None
        return
    assert message is not None
    assert data.dataset in message
    assert str(empty.data) in message
    remedy = "harness data get" if CATALOGUE.get(data.dataset).get else "--data DIR"
    assert remedy in message
    with pytest.raises(DataMissing) as caught:
        load(data, empty, stream())
    assert str(caught.value) == message


@pytest.mark.parametrize("name", names())
def test_loaders_carry_their_name(name: str, roots: Roots) -> None:
    made = loader(name, roots)
    assert made.name == name
    assert made.copy_of in ("", *names())


def test_an_unknown_name_suggests_the_nearest(roots: Roots) -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'minst'\. Did you mean 'mnist'\?"):
        loader("minst", roots)


def test_listing_data_sets_imports_nothing_slow(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from harness.datasets import Roots, catalogue\n"
        f"rows = catalogue.listing(Roots(Path({str(tmp_path)!r}), Path({str(tmp_path)!r})))\n"
        "assert rows\n"
        "print({'torch', 'torchvision', 'sklearn', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
