"""Every neighbour search of every backend against SciPy's distances."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from harness import backends
from harness.backends import integers
from harness.backends.numpy_backend import neighbors
from harness.devices import DEVICES
from harness.registry import named

pytest.importorskip("torch")
torch_neighbors = pytest.importorskip("harness.backends.torch_backend.neighbors")
SEARCHES = [(name, how) for name in backends.names() for how in backends.get(name).implementations]
EXACT = [(name, how) for name, how in SEARCHES if how != "formula"]
OURS = [(name, how) for name, how in EXACT if name != "sklearn"]


def _search(name: str, how: str, train, test, k: int) -> tuple[np.ndarray, np.ndarray]:
    backend = backends.get(name)
    return backend.neighbors(backend.put(train, "cpu"), backend.put(test, "cpu"), k, how)


def _oracle(train, test, k: int) -> tuple[np.ndarray, np.ndarray]:
    squared = cdist(test.astype(np.float64), train.astype(np.float64), "sqeuclidean")
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squared, order, axis=1)), order


def _pixels(n: int, d: int, seed: int, levels: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, levels, (n, d)).astype(np.float32)


@pytest.mark.parametrize(("name", "how"), EXACT)
def test_raw_pixels_of_full_size(name: str, how: str) -> None:
    train, test = _pixels(120, 3072, 0), _pixels(7, 3072, 1)
    distances, indices = _search(name, how, train, test, 20)
    expected, order = _oracle(train, test, 20)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, expected, rtol=2e-7)
    assert (distances.dtype, indices.dtype) == (np.float32, np.int64)


@pytest.mark.parametrize(("name", "how"), OURS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_ties_are_broken_by_index(name: str, how: str, data) -> None:
    n, d = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 4))
    k, seed = data.draw(st.integers(1, n)), data.draw(st.integers(0, 10_000))
    train, test = _pixels(n, d, seed, levels=3), _pixels(4, d, seed + 1, levels=3)
    distances, indices = _search(name, how, train, test, k)
    expected, order = _oracle(train, test, k)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, expected, rtol=2e-7)


@pytest.mark.parametrize(("name", "how"), OURS)
def test_neighbours_one_unit_apart_where_float32_norms_resolve_eight(name: str, how: str) -> None:
    # All rows lie near 255 in every pixel: the norms are 2e8, the squared distances 1, 2, 3, ...
    train = np.full((40, 3072), 254, dtype=np.float32)
    order = np.random.default_rng(3).permutation(40)
    for rank, row in enumerate(order):
        train[row, : rank + 1] = 255
    test = np.full((1, 3072), 254, dtype=np.float32)
    distances, indices = _search(name, how, train, test, 40)
    np.testing.assert_array_equal(indices[0], order)
    np.testing.assert_allclose(distances[0] ** 2, np.arange(1, 41), rtol=1e-6)


@pytest.mark.parametrize(("name", "how"), OURS)
def test_scaled_features(name: str, how: str) -> None:
    rng = np.random.default_rng(4)
    train = rng.standard_normal((200, 50)).astype(np.float32)
    test = rng.standard_normal((9, 50)).astype(np.float32)
    np.testing.assert_array_equal(
        _search(name, how, train, test, 15)[1], _oracle(train, test, 15)[1]
    )


@pytest.mark.parametrize(("name", "how"), EXACT)
def test_distances_of_the_peer_too_are_those_of_its_indices(name: str, how: str) -> None:
    train, test = _pixels(50, 2, 5, levels=4), _pixels(6, 2, 6, levels=4)
    distances, indices = _search(name, how, train, test, 9)
    apart = np.linalg.norm(train[indices].astype(np.float64) - test[:, None], axis=2)
    np.testing.assert_allclose(distances, apart, rtol=2e-7)
    np.testing.assert_allclose(distances, _oracle(train, test, 9)[0], rtol=2e-7)


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_blocks_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    train, test = _pixels(60, 12, 7, levels=5) / 7, _pixels(25, 12, 8, levels=5) / 7
    whole = _search(name, "no_loop", train, test, 6)
    monkeypatch.setattr(neighbors, "BLOCK_BYTES", 60 * 9 * 4)
    monkeypatch.setattr(neighbors, "CACHE_BYTES", 1000)
    monkeypatch.setattr(torch_neighbors, "BLOCK_BYTES", 60 * 9 * 4)
    small = named("device", (replace(DEVICES.get("cpu"), pair_bytes=1000),))
    monkeypatch.setattr(torch_neighbors, "DEVICES", small)
    for one, other in zip(whole, _search(name, "no_loop", train, test, 6), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_no_more_scores_are_held_than_a_block_of_them(part: float, monkeypatch) -> None:
    monkeypatch.setattr(neighbors, "BLOCK_BYTES", 2**20)
    monkeypatch.setattr(integers, "SCORE_BYTES", 2**20)
    train, test = _pixels(2000, 32, 0), _pixels(4000, 32, 1) + np.float32(part)
    tracemalloc.start()
    try:
        _search("numpy", "no_loop", train, test, 5)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(train) * len(test) / 4


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_more_candidates_than_are_looked_at_first(name: str) -> None:
    # Rows as near as makes no difference to float32: all of them are candidates for every k.
    rng = np.random.default_rng(9)
    train = np.float32(1000.1) + rng.integers(0, 9, (300, 40)).astype(np.float32) / 4096
    distances, indices = _search(name, "no_loop", train, train[:5], 3)
    expected, order = _oracle(train, train[:5], 3)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, expected, rtol=2e-7)


def test_the_published_formula_is_as_near_as_rounding_leaves_it() -> None:
    train, test = _pixels(400, 300, 10), _pixels(7, 300, 11)
    distances, indices = _search("numpy", "formula", train, test, 20)
    expected, order = _oracle(train, test, 20)
    np.testing.assert_allclose(distances, expected, rtol=1e-4)
    np.testing.assert_array_equal(indices[:, 0], order[:, 0])
    assert (distances.dtype, indices.dtype) == (np.float32, np.int64)
    distances, indices = _search("numpy", "formula", train, train[:3], 1)
    assert (indices[:, 0] == np.arange(3)).all()
    assert np.isfinite(distances).all()
