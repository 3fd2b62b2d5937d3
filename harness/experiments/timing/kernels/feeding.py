"""Kernels that bring examples to a network: ``data_loader`` and ``to_device``."""

# ruff: noqa: ARG001 - all kernels share one signature
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Setup, Variant
from harness.types import Array

if TYPE_CHECKING:
    import torch


class DataLoading(Table):
    """`examples` grey pictures of `side` x `side` bytes, in batches of `rows`."""

    examples: PositiveInt = 10_000
    side: PositiveInt = 28
    rows: PositiveInt = 128


class Pictures:
    """A data set in memory that converts a picture when it is asked for, as ``ToTensor`` does."""

    def __init__(self, pixels: Array) -> None:
        self._pixels = pixels

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, index: int) -> torch.Tensor:
        import torch

        return torch.from_numpy(self._pixels[index]).float().div(255)


def _pixels(params: DataLoading, rng: np.random.Generator) -> dict[str, Array]:
    shape = (params.examples, params.side, params.side)
    return {"x": rng.integers(256, size=shape, dtype=np.uint8)}


def _mean_picture(params: DataLoading, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    return (arrays["x"].mean(axis=0, dtype=np.float64) / 255,)


def _workers(count: int) -> Variant:
    """Return a pass with `count` worker processes, started anew each time, as each epoch does."""

    def variant(setup: Setup) -> Call:
        from torch.utils.data import DataLoader

        # fork is what Linux does by itself; a cell's process would take that of its parent.
        loader: Any = DataLoader(
            Pictures(setup.arrays["x"]),  # type: ignore[arg-type]
            batch_size=setup.params.rows,
            num_workers=count,
            multiprocessing_context="fork" if count else None,
        )
        size = len(setup.arrays["x"])
        return lambda: (sum(batch.sum(dim=0).double() for batch in loader) / size,)

    return variant


DATA_LOADER = Kernel(
    name="data_loader",
    does="a pass over pictures, converted one by one, with and without workers",
    params=DataLoading,
    inputs=_pixels,
    reference=_mean_picture,
    variants={"torch": {"main_process": _workers(0), "two_workers": _workers(2)}},
    devices=("cpu",),
    processes=True,
)


class ToDevice(Table):
    """`n` examples of `d` float32 features."""

    n: PositiveInt = 128
    d: PositiveInt = 784


def _host(params: ToDevice, rng: np.random.Generator) -> dict[str, Array]:
    return {"x": rng.standard_normal((params.n, params.d), dtype=np.float32)}


def _same(params: ToDevice, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    return (arrays["x"],)


def _pageable(setup: Setup) -> Call:
    host = setup.backend.put(setup.arrays["x"], "cpu")
    return lambda: (setup.backend.move(host, setup.device),)


def _pinned(setup: Setup) -> Call:
    host = setup.backend.put(setup.arrays["x"], setup.device, pinned=True)
    return lambda: (setup.backend.move(host, setup.device, non_blocking=True),)


TO_DEVICE = Kernel(
    name="to_device",
    does="one copy from host memory to an accelerator, pageable or page-locked",
    params=ToDevice,
    inputs=_host,
    reference=_same,
    variants={"torch": {"pageable": _pageable, "pinned": _pinned}},
    devices=("cuda",),
)
