"""Exact neighbours of whole numbers: products that are exact, one key for distance and index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from harness.backends import integers
from harness.backends.integers import rows
from harness.backends.integers.best import Block
from harness.backends.integers.rows import EXACT, LARGEST, cut_for

LEVELS = {
    "pixels": (0, 256),
    "few": (0, 2),
    "signed": (-40, 41),
    "far": (9000, 9256),
    "one": (7, 8),
}


def _multiply(a, b, out) -> None:
    np.matmul(a, b.T, out=out)


def _multiply_one_by_one(a, b, out) -> None:
    """Sum up each product from its first feature to its last, which loses most."""
    for row, into in zip(a, out, strict=True):
        into[:] = np.cumsum(row * b, axis=1, dtype=np.float32)[:, -1]


def _oracle(train, test, k: int) -> tuple[np.ndarray, np.ndarray]:
    squared = cdist(test.astype(np.float64), train.astype(np.float64), "sqeuclidean")
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    distances = np.sqrt(np.take_along_axis(squared, order, axis=1)).astype(np.float32)
    return distances, order


def _check(found, train, test, k: int) -> None:
    for one, other in zip(found, _oracle(train, test, k), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def _drawn(data) -> tuple[np.ndarray, np.ndarray, int]:
    """Rows of a kind, as float32 or float64, some of them the same, and a k."""
    low, high = data.draw(st.sampled_from(list(LEVELS.values())))
    n, m, d = (data.draw(st.integers(1, most)) for most in (40, 9, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    train = rng.integers(low, high, (n, d)).astype(dtype)
    train[rng.integers(0, n, n // 3)] = train[0]
    test = rng.integers(low, high, (m, d)).astype(dtype)
    test[: m // 2] = train[rng.integers(0, n, m // 2)]
    return train, test, data.draw(st.integers(1, n))


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_neighbours_are_those_of_scipy_in_blocks_of_any_size(data) -> None:
    train, test, k = _drawn(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integers, "SCORE_BYTES", data.draw(st.integers(1, 400)))
        patch.setattr(integers, "TEST_ROWS", data.draw(st.integers(1, 9)))
        hands = data.draw(st.integers(1, 3))
        _check(integers.search(train, test, k, _multiply, hands), train, test, k)


@pytest.mark.parametrize("d", [1025, 2500])
def test_features_whose_sums_no_float32_holds(d: int) -> None:
    # Black and white: every product is as large as can be, and sums are odd beyond 2^24.
    rng = np.random.default_rng(d)
    train, test = (255 * rng.integers(0, 2, (n, d)).astype(np.float32) for n in (60, 5))
    train[0], test[0] = 255, 255
    train[1], train[1, 0] = 255, 254
    _check(integers.search(train, test, 9, _multiply, 2), train, test, 9)


@given(seed=st.integers(0, 10_000), bright=st.integers(1, 40), score_bytes=st.integers(1, 9000))
@settings(max_examples=25, deadline=None)
def test_the_few_pairs_whose_products_are_inexact_are_computed_once_more(
    seed: int, bright: int, score_bytes: int
) -> None:
    # Gray rows need one part. Bright ones need three: each addition beyond 2^25 rounds 127^2 down
    # by one, some 900 times, and they differ in few features, by one.
    rng = np.random.default_rng(seed)
    train = rng.integers(90, 160, (600, 3001)).astype(np.float32)
    train[:bright] = 255 - (rng.random((bright, 3001)) < rng.random((bright, 1)) / 100)
    train = rng.permutation(train)
    test = rng.integers(90, 160, (12, 3001)).astype(np.float32)
    test[3], test[4, :1500], test[4, 1500:] = 255, 0, 255
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "SAMPLE", len(train))
        assert len(cut_for(train, test).parts) == 1
        again = []
        apart = Block._apart
        patch.setattr(Block, "_apart", lambda *given: again.append(1) or apart(*given))
        patch.setattr(integers, "SCORE_BYTES", score_bytes)
        found = integers.search(train, test, 9, _multiply_one_by_one, 2)
        _check(found, train, test, 9)
        assert again


def test_no_test_rows() -> None:
    train = np.zeros((4, 3), np.float32)
    distances, indices = integers.search(train, train[:0], 2, _multiply, 2)
    assert distances.shape == indices.shape == (0, 2)


NOT_SMALL = {
    "half": 0.5,
    "nan": np.nan,
    "inf": np.inf,
    "large": 2.0**25,
    "too-large-to-square": 1e20,
    "too-large-for-float32": 1e300,
    "wide": 20_000.0,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("last", list(NOT_SMALL.values()), ids=list(NOT_SMALL))
@pytest.mark.filterwarnings("error")
def test_rows_that_are_no_small_whole_numbers_are_left_to_others(last: float, dtype) -> None:
    train = np.arange(3000, dtype=dtype).reshape(30, 100) % 256
    train[-1, -1] = last if last < 1e300 or dtype is np.float64 else np.inf
    assert integers.search(train, train[:2], 3, _multiply, 2) is None
    assert integers.search(train[:2], train, 2, _multiply, 2) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("last", list(NOT_SMALL.values()), ids=list(NOT_SMALL))
@pytest.mark.filterwarnings("error")
def test_what_the_sample_does_not_show_is_seen_later(
    last: float, dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SAMPLE", 2)
    train = np.arange(3000, dtype=dtype).reshape(30, 100) % 256
    train[-1, -1] = last if last < 1e300 or dtype is np.float64 else np.inf
    for pair in ((train, train[:2]), (train[:2], train)):
        found = integers.search(*pair, 2, _multiply, 2)
        if last == NOT_SMALL["wide"]:
            _check(found, *pair, 2)
        else:
            assert found is None


@pytest.mark.parametrize("d", [2, 5, 16])
@pytest.mark.parametrize("most", [60_000, 100_000, EXACT])
@pytest.mark.parametrize("hands", [1, 2])
@pytest.mark.filterwarnings("error")
def test_few_features_of_a_large_range(d: int, most: int, hands: int) -> None:
    train = np.linspace(0, most, 40 * d).round().astype(np.float32).reshape(40, d)
    found = integers.search(train, train[:7], 3, _multiply, hands)
    if most == 60_000:
        _check(found, train, train[:7], 3)
    else:
        assert found is None


@pytest.mark.parametrize("count", range(50, 2000, 130))
def test_rows_that_alternate_do_not_mislead(count: int) -> None:
    train = np.zeros((count, 1100), np.float32)
    train[1::2] = 255
    cut = cut_for(train, train)
    assert cut.middle == 128
    assert len(cut.parts) == 2


def test_no_part_is_so_wide_that_an_inexact_product_errs_by_much() -> None:
    # A row that the sample does not show may need the bound of errors, which grows with features.
    rows = np.zeros((3, 2**20 + 2), np.float32)
    assert [part.stop - part.start for part in cut_for(rows, rows).parts] == [2**19 + 1] * 2


@pytest.mark.parametrize(("most", "n"), [(1, 2**30), (10_000, 2**26)])
def test_rows_too_many_for_keys_of_64_bits_are_left_to_others(most: int, n: int) -> None:
    few = np.broadcast_to(np.array([0, most], np.float32).repeat(8), (n - 1, 16))
    many = np.broadcast_to(few[0], (n, 16))
    assert cut_for(few, few[:1]) is not None
    assert cut_for(many, few[:1]) is None


@given(data=st.data(), outlier=st.integers(-60_000, 60_000))
@settings(max_examples=80, deadline=None)
def test_a_sample_that_misleads_costs_time_only(data, outlier: int) -> None:
    train, test, k = _drawn(data)
    for some in (train, test):
        some[data.draw(st.integers(0, len(some) - 1)), 0] = outlier
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "SAMPLE", data.draw(st.integers(1, 4)))
        found = integers.search(train, test, k, _multiply_one_by_one, 2)
        if found is not None:
            _check(found, train, test, k)
        else:
            cut = cut_for(train, test)
            assert cut is None or (outlier - cut.middle) ** 2 > LARGEST / 2


@given(
    low=st.integers(-9000, 9000),
    width=st.integers(0, 5000),
    d=st.integers(1, 9000),
    spread=st.floats(0, 1),
)
@settings(deadline=None)
def test_parts_are_exact_for_nearly_all_pairs_and_no_more_than_are_always_so(
    low, width, d, spread
) -> None:
    rng = np.random.default_rng(d)
    near = max(0, round(spread * width))
    rows = (low + (width - near) // 2 + rng.integers(0, near + 1, (6, d))).astype(np.float64)
    rows[0, 0], rows[1, 0] = low, low + width
    middle = -(-(2 * low + width) // 2)
    cut, largest = cut_for(rows, rows), middle - low
    if cut is None:
        assert d * largest**2 > EXACT
        return
    assert cut.middle == middle
    assert np.concatenate([np.arange(d)[part] for part in cut.parts]).tolist() == list(range(d))
    shifted = np.abs(rows - cut.middle)
    sums = [shifted[:, part] @ shifted[:, part].T for part in cut.parts]
    assert np.mean(np.max(sums, axis=0) <= EXACT) >= 0.98
    assert (len(cut.parts) - 1) * max(1, EXACT // max(1, largest) ** 2) < d


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_products_of_int8_on_an_accelerator_find_the_same(data) -> None:
    pytest.importorskip("torch")
    import torch

    from harness.backends.torch_backend import integers as device

    train, test, k = _drawn(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "multiplies", lambda _: True)  # a host can do it as well
        patch.setattr(device, "BLOCK_BYTES", data.draw(st.sampled_from([1, 4000, 2**20])))
        patch.setattr(device, "SPARE", data.draw(st.integers(0, 4)))
        found = device.search_int8(torch.from_numpy(train), torch.from_numpy(test), k)
    _check(found, train, test, k)


@pytest.mark.parametrize("rows", [[[0, 257]], [[0.5, 1]], [[0, 256]]])
def test_what_int8_cannot_hold_is_left_to_others(rows, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from harness.backends.torch_backend import integers as device

    monkeypatch.setattr(device, "multiplies", lambda _: True)
    assert device.search_int8(torch.tensor(rows), torch.tensor(rows), 1) is None
