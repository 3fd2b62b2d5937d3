"""Exact nearest neighbours of pixels against scikit-learn and against the bare product.

All five ways take turns, so that each ratio is of the same moments. The convolution row holds the
NumPy layers to torch's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from benchmarks.row import Row, of_times, paired
from harness import backends
from harness.backends.initial import initial_weights
from harness.config.layers import Conv2d, Flatten, Linear
from harness.config.model import Init, Model, place
from harness.config.train import Train

N, M, D, K = 50_000, 2_000, 3_072, 100
ROUNDS = 3
TARGETS = (
    ("torch", "sklearn", "scikit-learn brute force", 0.65),
    ("numpy", "sklearn", "scikit-learn brute force", 0.55),
    ("torch", "torch product", "its bare float32 product", 1.15),
    ("numpy", "numpy product", "its bare float32 product", 1.25),
)


def rows() -> Iterable[Row]:
    """Return the rows of k-NN and of the convolution."""
    times = _times(_ways(), ROUNDS)
    for ours, peer, against, target in TARGETS:
        work = f"k-NN, {M:,} x {N:,} x {D}, k = {K}, exact, {ours}"
        yield of_times(work, against, list(zip(times[ours], times[peer], strict=True)), target)
    yield _convolution()


def _ways() -> dict[str, Callable[[], object]]:
    rng = np.random.Generator(np.random.PCG64(0))
    train, test = (
        rng.integers(0, 256, (count, D), dtype=np.uint8).astype(np.float32) for count in (N, M)
    )
    out = np.empty((M, N), np.float32)
    here, there, into = (torch.from_numpy(array) for array in (train, test, out))
    ours = {name: backends.get(name) for name in ("numpy", "torch")}
    for backend in ours.values():
        backend.threads(int(os.environ.get("OMP_NUM_THREADS", "0")))
    peer = NearestNeighbors(n_neighbors=K, algorithm="brute")
    return {
        "numpy": lambda: ours["numpy"].neighbors(train, test, K, "no_loop"),
        "numpy product": lambda: np.matmul(test, train.T, out=out),
        "torch": lambda: ours["torch"].neighbors(here, there, K, "no_loop"),
        "torch product": lambda: torch.mm(there, here.T, out=into),
        "sklearn": lambda: peer.fit(train).kneighbors(test),
    }


def _times(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return seconds of every way, all of them taking turns."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return times


def _convolution() -> Row:
    model = Model(layers=(Conv2d(out=32, kernel=7, padding=3), Flatten(), Linear(out=10)))
    placed = place(model, (3, 32, 32), 10)
    rng = np.random.Generator(np.random.PCG64(1))
    weights = initial_weights(placed, Init(), rng)
    train = Train(loss="cross_entropy", lr=0.001, steps=1, batch_size=50)
    x, y = rng.random((50, 3, 32, 32), dtype=np.float32), rng.integers(0, 10, 50)

    def gradients(name: str) -> Callable[[], object]:
        backend = backends.get(name)
        network = backend.network(placed, weights, train, "cpu", rng)
        here, labels = backend.put(x, "cpu"), backend.put(y, "cpu")
        return lambda: network.gradients(here, labels)

    work = "convolution forward + backward, 50 x 3 x 32 x 32, 32 filters 7 x 7, NumPy"
    return paired(work, "torch", gradients("numpy"), gradients("torch"), pairs=20, target=1.7)
