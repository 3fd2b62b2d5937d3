from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.data import Data
from harness.datasets import Dataset, Facts, Parts, flat, parts, scaled
from harness.errors import UsageError
from harness.types import DataUsed

N, M = 20, 8


def dataset() -> Dataset:
    """Return images whose every pixel is their row number."""
    x = np.broadcast_to(np.arange(N, dtype=np.uint8)[:, None, None, None], (N, 1, 2, 3)).copy()
    y = np.arange(N)
    facts = Facts((1, 2, 3), N, N, M, tuple(map(str, range(N))))
    return Dataset(facts, x, y, x[:M], y[:M], DataUsed("a", "a", "", True))


def rows(**settings: object) -> Parts:
    return parts(dataset(), Data(dataset="a", **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "train", "validation"),
    [
        ({}, range(20), []),
        ({"n_train": 5}, range(5), []),
        ({"n_validation": 3}, range(17), range(17, 20)),
        ({"n_validation": 3, "validation": "first"}, range(3, 20), range(3)),
        ({"n_validation": 3, "split": "leaky"}, range(20), range(17, 20)),
        ({"n_validation": 3, "split": "leaky", "validation": "first"}, range(20), range(3)),
        ({"n_train": 10, "n_validation": 4}, range(6), range(6, 10)),
    ],
)
def test_rows_of_training_and_validation(
    settings: dict[str, object], train: range, validation: range
) -> None:
    found = rows(**settings)
    assert found.y_train.tolist() == list(train)
    assert found.y_validation.tolist() == list(validation)
    assert found.x_train[:, 0, 0, 0].tolist() == list(train)
    assert found.x_validation.shape == (len(validation), 1, 2, 3)


@given(
    n_train=st.integers(1, N),
    n_validation=st.integers(0, N),
    validation=st.sampled_from(["first", "last"]),
)
def test_a_clean_split_shares_no_row_and_loses_none(
    n_train: int, n_validation: int, validation: str
) -> None:
    settings = {"n_train": n_train, "n_validation": n_validation, "validation": validation}
    if n_validation >= n_train:
        with pytest.raises(UsageError, match=r"data\.n_validation must be at most"):
            rows(**settings)
        return
    found = rows(**settings)
    both = [*found.y_train.tolist(), *found.y_validation.tolist()]
    assert sorted(both) == list(range(n_train))
    assert len(found.y_validation) == n_validation


def test_a_leaky_split_may_validate_on_every_training_row() -> None:
    found = rows(n_train=4, n_validation=4, split="leaky")
    assert found.y_train.tolist() == found.y_validation.tolist() == [0, 1, 2, 3]


def test_test_rows_are_the_first() -> None:
    assert rows(n_test=3).y_test.tolist() == [0, 1, 2]
    assert rows().y_test.tolist() == list(range(M))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_train": 21}, r"data\.n_train must be at most the 20 training examples .* got 21"),
        ({"n_test": 9}, r"data\.n_test must be at most the 8 test examples .* got 9"),
        ({"n_validation": 20}, r"at most 19 of 20 training examples with split = \"clean\""),
        ({"n_validation": 21, "split": "leaky"}, r"at most 20 of 20 training .* got 21"),
    ],
)
def test_more_than_there_is_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rows(**settings)


def test_parts_are_views() -> None:
    whole = dataset()
    found = parts(whole, Data(dataset="a", n_train=7, n_validation=2))
    assert np.shares_memory(found.x_train, whole.x_train)
    assert np.shares_memory(found.x_validation, whole.x_train)
    assert np.shares_memory(found.x_test, whole.x_test)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_unit_scale_is_the_correctly_rounded_quotient(dtype: type) -> None:
    pixels = np.arange(256, dtype=np.uint8)
    unit = scaled(pixels, "unit", dtype)
    assert unit.dtype == dtype
    np.testing.assert_array_equal(unit, pixels.astype(dtype) / dtype(255))
    assert (unit[0], unit[-1]) == (0, 1)
    np.testing.assert_array_equal(scaled(pixels, "raw", dtype), np.arange(256))
    assert pixels.dtype == np.uint8


def test_features_have_no_unit_scale() -> None:
    features = np.linspace(0, 1, 4, dtype=np.float32)
    np.testing.assert_array_equal(scaled(features, "raw"), features)
    with pytest.raises(UsageError, match=r'data\.scale must be "raw" for data that are not pixels'):
        scaled(features, "unit")


def test_flat_keeps_rows_even_when_there_are_none() -> None:
    x = np.arange(12).reshape(2, 1, 2, 3)
    np.testing.assert_array_equal(flat(x), np.arange(12).reshape(2, 6))
    assert flat(x[:0]).shape == (0, 6)
