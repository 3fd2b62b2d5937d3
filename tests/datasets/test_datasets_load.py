from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.config.data import Data
from harness.datasets import Roots, facts, load, missing, parse_use
from harness.errors import DataMissing, UsageError
from harness.types import DataUsed

RNG = np.random.default_rng(0)


def test_another_data_set_stands_in_under_its_own_name(roots: Roots) -> None:
    dataset = load(Data(dataset="mnist"), roots, RNG, {"mnist": "digits"})
    own = load(Data(dataset="digits"), roots, RNG)
    assert dataset.used == DataUsed("mnist", "digits", own.used.fingerprint, same_images=False)
    assert own.used.same_images


def test_a_stand_in_is_never_taken_for_another_name(roots: Roots) -> None:
    with pytest.raises(DataMissing, match="cifar10"):
        load(Data(dataset="cifar10"), roots, RNG, {"mnist": "digits"})


@pytest.mark.usefixtures("small_parquet", "small_folder")
@pytest.mark.parametrize("label", ["parquet:tiny", "imagefolder:pictures"])
def test_a_folder_stands_in_and_vouches_for_nothing(label: str, roots: Roots) -> None:
    used = load(Data(dataset="cifar10"), roots, RNG, {"cifar10": label}).used
    assert (used.requested, used.used, used.same_images) == ("cifar10", label, False)


def test_missing_and_facts_follow_the_stand_in(roots: Roots) -> None:
    data, use = Data(dataset="mnist"), {"mnist": "digits"}
    assert missing(data, roots) is not None
    assert missing(data, roots, use) is None
    known = facts(data, roots, use)
    assert known is not None
    assert known.shape == (1, 8, 8)
    assert facts(Data(dataset="cifar10"), roots, {"cifar10": "parquet:x"}) is None


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ({"mnist": "digit"}, r"unknown data set 'digit'\. Did you mean 'digits'\?"),
        ({"mnist": "parquet"}, r"--use must give the folder as parquet:PATH, got 'parquet'"),
        ({"mnist": "digits:here"}, r"--use must name digits without a path"),
    ],
)
def test_a_wrong_stand_in_is_refused(use: dict[str, str], message: str, roots: Roots) -> None:
    with pytest.raises(UsageError, match=message):
        load(Data(dataset="mnist"), roots, RNG, use)


def test_a_path_that_would_be_ignored_is_refused(roots: Roots) -> None:
    with pytest.raises(UsageError, match=r"data\.path must be left out with dataset = 'mnist'"):
        missing(Data(dataset="mnist", path="here"), roots)


def test_use_arguments_become_a_mapping() -> None:
    assert parse_use(["cifar10=cifar10-jpeg", "mnist=parquet:a=b"]) == {
        "cifar10": "cifar10-jpeg",
        "mnist": "parquet:a=b",
    }


@pytest.mark.parametrize("pair", ["mnist", "=digits", "mnist=", "mnst=digits", "mnist=digist"])
def test_a_malformed_use_argument_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match=r"--use must be REQUESTED=USED|Did you mean"):
        parse_use([pair])


def test_the_data_root_is_the_argument_then_the_variable_then_the_users_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path / "variable"))
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    assert Roots.find(tmp_path / "given") == Roots(tmp_path / "given", tmp_path / "cache")
    assert Roots.find().data == tmp_path / "variable"
    monkeypatch.setenv("HARNESS_DATA", "")
    monkeypatch.delenv("HARNESS_CACHE")
    found = Roots.find()
    assert "claims-harness" in found.data.parts
    assert "claims-harness" in found.cache.parts


def test_roots_are_absolute_and_know_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HARNESS_CACHE", "relative")
    found = Roots.find(Path("~/data"))
    assert found == Roots(tmp_path / "data", Path.cwd() / "relative")
