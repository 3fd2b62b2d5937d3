"""Scenarios of a loader that moves batches to a device: when, where to, how many at once."""

from __future__ import annotations

import types
import warnings
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

import harness
from suites.facts.outcomes import elsewhere
from suites.facts.setups import Setup


class DeviceLoader:
    """A loader that moves every batch of another one to a device, as tutorials write it.

    Parameters
    ----------
    loader : iterable of tuples of tensors
    device : str

    Attributes
    ----------
    moved : int
        Batches moved so far.
    most_alive : int
        Most moved batches that were alive at once.
    """

    def __init__(self, loader: Any, device: str) -> None:
        self.loader, self.device = loader, device
        self.moved = self.most_alive = 0
        self._alive: weakref.WeakSet[Any] = weakref.WeakSet()

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        for batch in self.loader:
            yield self._to_device(batch)

    def _to_device(self, batch: Any) -> Any:
        there = tuple(tensor.to(self.device) for tensor in batch)
        self._alive.add(there[0])
        self.moved += 1
        self.most_alive = max(self.most_alive, len(self._alive))
        return there


def _loader(setup: Setup, **options: Any) -> Any:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x = torch.from_numpy(setup.rng.standard_normal((setup.examples, 4), np.float32))
    y = torch.from_numpy(setup.rng.integers(setup.outputs, size=setup.examples))
    return DataLoader(TensorDataset(x, y), batch_size=setup.rows, **options)


@harness.experiment(
    metrics={
        "iterator_is_generator": "fixed",
        "wrapper_is_generator": "fixed",
        "moved_before_request": "fixed",
        "moved_after_first_request": "fixed",
        "moved_in_all": "fixed",
        "batches": "fixed",
        "all_on_device": "fixed",
        "most_alive_in_a_loop": "fixed",
        "same_dataset_object": "fixed",
    },
    backends=["torch"],
)
def device_loader(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10, examples: int = 1003
) -> Mapping[str, float]:
    """A wrapper around a loader: where its batches lie, when they are moved, how many at once."""
    setup = Setup(rng, device, rows=rows, outputs=outputs, examples=examples)
    source = _loader(setup)
    wrapped = DeviceLoader(source, elsewhere(setup))
    iterator = iter(wrapped)
    before = wrapped.moved
    next(iterator)
    first = wrapped.moved
    wrapped.moved = 0
    devices = {tensor.device.type for batch in wrapped for tensor in batch}
    return {
        "iterator_is_generator": isinstance(iterator, types.GeneratorType),
        "wrapper_is_generator": isinstance(wrapped, types.GeneratorType),
        "moved_before_request": before,
        "moved_after_first_request": first,
        "moved_in_all": wrapped.moved,
        "batches": len(wrapped),
        "all_on_device": devices == {elsewhere(setup)},
        "most_alive_in_a_loop": _most_alive(setup),
        "same_dataset_object": wrapped.loader.dataset is source.dataset,
    }


def _most_alive(setup: Setup) -> int:
    """Return how many moved batches were alive at once in a ``for`` loop over all of them."""
    wrapped = DeviceLoader(_loader(setup), elsewhere(setup))
    for _xb, _yb in wrapped:
        pass
    return wrapped.most_alive


@harness.experiment(
    metrics={"on_host": "fixed", "pinned": "fixed", "pinned_when_asked": "fixed"},
    backends=["torch"],
)
def loader_memory(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10, examples: int = 1003
) -> Mapping[str, float]:
    """Where a loader's batches lie, with and without ``pin_memory``."""
    setup = Setup(rng, device, rows=rows, outputs=outputs, examples=examples)
    plain = next(iter(_loader(setup)))[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without an accelerator nothing is pinned
        pinned = next(iter(_loader(setup, pin_memory=True)))[0]
    return {
        "on_host": plain.device.type == "cpu",
        "pinned": plain.is_pinned(),
        "pinned_when_asked": pinned.is_pinned(),
    }


@harness.experiment(
    metrics={
        "length": "fixed",
        "length_of_double": "fixed",
        "ratio": "fixed",
        "off_ceiling": "fixed",
    },
    backends=["torch"],
)
def loader_length(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10, examples: int = 1003
) -> Mapping[str, float]:
    """Batches of `examples` in batches of `rows`, and of twice as many."""
    setup = Setup(rng, device, rows=rows, outputs=outputs, examples=examples)
    length, half = len(_loader(setup)), len(_loader(replace(setup, rows=2 * setup.rows)))
    return {
        "length": length,
        "length_of_double": half,
        "ratio": half / length,
        "off_ceiling": length - -(-setup.examples // setup.rows),
    }
