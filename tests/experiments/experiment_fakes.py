"""A data set and a backend small enough to follow by hand, with every call written down."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from harness.alone import Watch
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.datasets.dataset import Dataset, Facts
from harness.experiments.experiment import Context
from harness.seeding import Streams
from harness.timing import Clock
from harness.types import DataUsed

STREAMS = Streams("experiment-fakes", 0)


class Undisturbed:
    """Real clocks that see no other work, whatever this machine is doing beside the tests."""

    def __init__(self) -> None:
        self._slept = 0.0

    def sleep(self, seconds: float) -> None:
        self._slept += seconds

    def watch(self) -> Watch:
        clock = Clock(lambda: time.perf_counter() + self._slept, time.perf_counter, lambda: 0.0)
        return Watch(clock, self.sleep)


QUIET = Undisturbed().watch()


def images(
    n_train: int = 60, n_test: int = 20, classes: int = 4, shape: tuple[int, ...] = (1, 4, 4)
) -> Dataset:
    """Random uint8 images; labels lean on brightness, so that neighbours know something."""
    rng = np.random.default_rng(3)
    y = rng.integers(classes, size=n_train + n_test)
    noise = rng.integers(0, 120, size=(n_train + n_test, *shape))
    x = (noise + 30 * y.reshape(-1, *[1] * len(shape))).astype(np.uint8)
    return _dataset(x, y, n_train, classes, shape)


def targets(n_train: int = 30) -> Dataset:
    """Regression data: one float32 feature, one float32 target."""
    x = np.linspace(0, 1, n_train, dtype=np.float32).reshape(-1, 1)
    return _dataset(x, 2 * x, n_train, 1, (1,))


def _dataset(
    x: np.ndarray, y: np.ndarray, n_train: int, outputs: int, shape: tuple[int, ...]
) -> Dataset:
    facts = Facts(shape, outputs, n_train, len(x) - n_train)
    used = DataUsed("fake", "fake", "0" * 64, same_images=True)
    return Dataset(facts, x[:n_train], y[:n_train], x[n_train:], y[n_train:], used)


def context(dataset: Dataset | None, backend: Any, device: str = "cpu", **tables: Any) -> Context:
    settings = Settings(**{"data": Data(dataset="fake"), **tables})
    return Context(settings, backend, device, STREAMS, dataset)


class FakeNetwork:
    """Counts its steps; its weights may be one too many."""

    def __init__(self, weights: dict[str, np.ndarray], calls: list[tuple[Any, ...]]) -> None:
        self._weights = weights
        self._calls = calls

    def step(self, x: Any, y: Any) -> float:
        self._calls.append(("step", x.shape, y.shape))
        return 0.5

    def predict(self, x: Any) -> Any:
        self._calls.append(("predict", x.shape))
        return x

    def weights(self) -> dict[str, np.ndarray]:
        return self._weights


class FakeBackend:
    """Brute force in NumPy; pretends to have every device and writes down what it is asked."""

    name = "fake"
    devices = ("cpu", "cuda", "mps")
    experiments = ("knn", "train", "timing", "probe")
    implementations = ("no_loop",)

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    def absent(self, _device: str) -> str | None:
        return None

    def broken(self) -> str | None:
        return None

    def put(self, array: Any, device: str, *, pinned: bool = False) -> Any:
        self.calls.append(("put", array.shape, device, pinned))
        return array

    def move(self, handle: Any, device: str, *, non_blocking: bool = False) -> Any:
        self.calls.append(("move", handle.shape, device, non_blocking))
        return handle

    def take(self, handle: Any, index: np.ndarray) -> Any:
        self.calls.append(("take", index.shape))
        return handle[index]

    def array(self, handle: Any) -> np.ndarray:
        return np.asarray(handle)

    def synchronize(self, device: str) -> None:
        self.calls.append(("synchronize", device))

    def threads(self, count: int) -> None:
        self.calls.append(("threads", count))

    def network(
        self, _layers: Any, weights: Any, _train: Any, _device: str, _dropout: Any
    ) -> FakeNetwork:
        return FakeNetwork(dict(weights), self.calls)

    def neighbors(self, train: Any, test: Any, k: int, implementation: str) -> tuple[Any, Any]:
        self.calls.append(("neighbors", train.shape, test.shape, k, implementation))
        apart = test[:, np.newaxis].astype(np.float64) - train[np.newaxis]
        distances = np.sqrt((apart**2).sum(axis=2))
        order = np.argsort(distances, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(distances, order, axis=1).astype(np.float32), order


class CountingBackend(FakeBackend):
    """A backend that also accounts for memory."""

    def reset_peak(self, device: str) -> None:
        self.calls.append(("reset_peak", device))

    def peak(self, device: str) -> int | None:
        self.calls.append(("peak", device))
        return 4096 if device == "cuda" else None

    def forward_memory(self, _network: Any, x: Any, device: str, *, grad: bool) -> tuple[int, int]:
        self.calls.append(("forward_memory", x.shape, device, grad))
        return (300, 200) if grad else (300, 100)
