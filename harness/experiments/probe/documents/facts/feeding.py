"""Scenarios of a loader that moves batches to a device: when, where to, how many at once."""

from __future__ import annotations

import types
import warnings
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from harness.experiments.probe.documents.facts.outcomes import elsewhere
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup


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


def device_loader(setup: Setup) -> Mapping[str, float]:
    """A wrapper around a loader: where its batches lie, when they are moved, how many at once."""
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


def loader_memory(setup: Setup) -> Mapping[str, float]:
    """Where a loader's batches lie, with and without ``pin_memory``."""
    plain = next(iter(_loader(setup)))[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without an accelerator nothing is pinned
        pinned = next(iter(_loader(setup, pin_memory=True)))[0]
    return {
        "on_host": plain.device.type == "cpu",
        "pinned": plain.is_pinned(),
        "pinned_when_asked": pinned.is_pinned(),
    }


def loader_length(setup: Setup) -> Mapping[str, float]:
    """Batches of `examples` in batches of `rows`, and of twice as many."""
    length, half = len(_loader(setup)), len(_loader(replace(setup, rows=2 * setup.rows)))
    return {
        "length": length,
        "length_of_double": half,
        "ratio": half / length,
        "off_ceiling": length - -(-setup.examples // setup.rows),
    }


SCENARIOS: Mapping[str, Scenario] = {
    "device_loader": Scenario(
        (
            "iterator_is_generator",
            "wrapper_is_generator",
            "moved_before_request",
            "moved_after_first_request",
            "moved_in_all",
            "batches",
            "all_on_device",
            "most_alive_in_a_loop",
            "same_dataset_object",
        ),
        device_loader,
    ),
    "loader_memory": Scenario(("on_host", "pinned", "pinned_when_asked"), loader_memory),
    "loader_length": Scenario(
        ("length", "length_of_double", "ratio", "off_ceiling"), loader_length
    ),
}
