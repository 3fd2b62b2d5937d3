"""Parquet files whose metadata or labels are odd."""

import numpy as np
import pytest

from harness import datasets
from harness.config.data import Data
from harness.datasets.dataset import Roots
from harness.errors import DataError

LOADED = ["p_emptymeta", "p_infonone", "p_namesnull", "p_nofeat", "p_renamed"]
REFUSED = ["p_huge", "p_u64"]


@pytest.fixture
def load(inputs, monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))

    def call(name):
        data = Data(dataset="parquet", path=name)
        return datasets.load(
            data, Roots(inputs / "parquet", tmp_path), np.random.default_rng(0), {}
        )

    return call


def test_every_data_set_has_its_outcome(inputs):
    assert sorted(path.name for path in (inputs / "parquet").iterdir()) == sorted(LOADED + REFUSED)


@pytest.mark.parametrize("name", LOADED)
def test_metadata_that_does_not_fit_is_ignored(load, name):
    dataset = load(name)
    assert len(dataset.y_train) > 0
    assert dataset.facts.classes == ("0", "1", "2"), "numbered, not named"


@pytest.mark.parametrize("name", REFUSED)
def test_a_label_beyond_all_bounds_is_refused_by_file_and_row(load, name):
    with pytest.raises(DataError, match=rf"{name}/\w+-00000-of-00001\.parquet, row \d+: label"):
        load(name)
