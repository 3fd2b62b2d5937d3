from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from harness.config.data import Data
from harness.datasets import Dataset, Facts, Parts, flat, parts
from harness.datasets.scaling import Scaler
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
    unit = Scaler("unit").apply(pixels, dtype)
    assert unit.dtype == dtype
    np.testing.assert_array_equal(unit, pixels.astype(dtype) / dtype(255))
    assert (unit[0], unit[-1]) == (0, 1)
    np.testing.assert_array_equal(Scaler("raw").apply(pixels, dtype), np.arange(256))
    assert pixels.dtype == np.uint8


def test_features_have_no_unit_scale() -> None:
    features = np.linspace(0, 1, 4, dtype=np.float32)
    np.testing.assert_array_equal(Scaler("raw").apply(features), features)
    with pytest.raises(UsageError, match=r"data\.scale must be .* for data that are not pixels"):
        Scaler("unit").apply(features)


def test_flat_keeps_rows_even_when_there_are_none() -> None:
    x = np.arange(12).reshape(2, 1, 2, 3)
    np.testing.assert_array_equal(flat(x), np.arange(12).reshape(2, 6))
    assert flat(x[:0]).shape == (0, 6)


def _split(x_train: np.ndarray, x_test: np.ndarray) -> Parts:
    y = np.zeros(0)
    return Parts(x_train, y, x_train[:0], y, x_test, y)


@pytest.mark.parametrize("statistics", ["train", "all"])
@pytest.mark.parametrize("with_std", [False, True])
def test_standard_scale_is_that_of_scikit_learn(
    statistics: str, with_std: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.datasets.scaling.BLOCK", 7)
    rng = np.random.default_rng(0)
    x_train = (1e4 + rng.standard_normal((31, 3)) * [1, 30, 0]).astype(np.float32)
    x_test = (2e4 + rng.standard_normal((12, 3))).astype(np.float32)
    scale = "standard" if with_std else "centered"
    data = Data(dataset="a", scale=scale, statistics=statistics)  # type: ignore[arg-type]
    seen = x_train if statistics == "train" else np.concatenate([x_train, x_test])
    oracle = StandardScaler(with_std=with_std).fit(seen.astype(np.float64))
    found = Scaler.of(data, _split(x_train, x_test)).apply(x_test, np.float64)
    np.testing.assert_allclose(found, oracle.transform(x_test.astype(np.float64)), rtol=1e-9)


def test_pixels_are_centered_on_the_mean_training_image() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (50, 3, 4, 4)).astype(np.uint8)
    data = Data(dataset="a", scale="centered")
    centered = Scaler.of(data, _split(pixels, pixels)).apply(pixels)
    assert centered.dtype == np.float32
    np.testing.assert_allclose(centered.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(
        centered[1] - centered[0], pixels[1] - pixels[0].astype(float), atol=1e-3
    )


def test_symmetric_pixels_reach_both_ends() -> None:
    pixels = np.array([0, 51, 255], np.uint8)
    np.testing.assert_allclose(Scaler("symmetric").apply(pixels), [-1, -0.6, 1], rtol=1e-6)


def test_an_evaluation_may_have_its_own_scale() -> None:
    x = np.arange(4, dtype=np.uint8).reshape(4, 1)
    scaler = Scaler.of(Data(dataset="a", scale="standard"), _split(x, x), "raw")
    np.testing.assert_array_equal(scaler.apply(x), x)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_majority_sets_the_share_of_class_0_in_both_parts(share: float) -> None:
    y = np.arange(1000) % 10
    x = np.arange(1000, dtype=np.float32)[:, None]
    used = DataUsed("a", "a", "", same_images=True)
    whole = Dataset(Facts((1,), 10, 1000, 1000), x, y, x, y, used)
    found = parts(whole, Data(dataset="a", majority=share, n_validation=10))
    for labels in (np.concatenate([found.y_train, found.y_validation]), found.y_test):
        assert (labels == 0).mean() == pytest.approx(share, abs=0.01)
        assert set(labels) == set(range(10))
    np.testing.assert_array_equal(found.x_test[:, 0] % 10, found.y_test)


def test_majority_needs_classes() -> None:
    x = np.linspace(0, 1, 10, dtype=np.float32)[:, None]
    used = DataUsed("a", "a", "", same_images=True)
    whole = Dataset(Facts((1,), 1, 10, 10), x, x, x, x, used)
    with pytest.raises(UsageError, match=r"data\.majority must be left out"):
        parts(whole, Data(dataset="a", majority=0.5))


def test_permuted_pixels_are_the_same_pixels_in_one_other_order():
    rng = np.random.default_rng(0)
    x = rng.integers(256, size=(6, 1, 5, 5), dtype=np.uint8)
    y = np.arange(6)
    facts = Facts((1, 5, 5), 6, 4, 2)
    used = DataUsed("fake", "fake", "0" * 64, same_images=True)
    dataset = Dataset(facts, x[:4], y[:4], x[4:], y[4:], used)
    kept = parts(dataset, Data(dataset="fake"))
    moved = parts(dataset, Data(dataset="fake", pixel_order="permuted"))
    before = np.concatenate([kept.x_train, kept.x_test]).reshape(6, 25)
    after = np.concatenate([moved.x_train, moved.x_test]).reshape(6, 25)
    assert moved.x_train.shape == kept.x_train.shape
    assert not np.array_equal(before, after)
    # Equal columns, as a multiset: one order for training and test examples alike.
    assert sorted(map(bytes, before.T.copy())) == sorted(map(bytes, after.T.copy()))
    assert np.array_equal(moved.y_train, kept.y_train)


@pytest.mark.parametrize(("split", "left"), [("clean", 7), ("leaky", 10)])
def test_validation_images_may_be_a_random_choice_of_the_training_images(split, left):
    x, y = np.arange(12.0, dtype=np.float32).reshape(12, 1), np.arange(12)
    used = DataUsed("fake", "fake", "0" * 64, same_images=True)
    dataset = Dataset(Facts((1,), 12, 10, 2), x[:10], y[:10], x[10:], y[10:], used)
    found = parts(dataset, Data(dataset="fake", n_validation=3, validation="random", split=split))
    assert len(set(found.y_validation)) == 3
    assert set(found.y_validation) not in ({0, 1, 2}, {7, 8, 9})
    assert np.array_equal(found.x_validation.ravel(), found.y_validation)
    assert len(found.y_train) == left
    assert {*found.y_train, *found.y_validation} == set(range(10))
    assert np.array_equal(found.x_train.ravel(), found.y_train)
