"""Kernel ``data_loader``: a pass over pictures, converted one by one, with and without workers."""

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


class Params(Table):
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


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    shape = (params.examples, params.side, params.side)
    return {"x": rng.integers(256, size=shape, dtype=np.uint8)}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
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


KERNEL = Kernel(
    name="data_loader",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"torch": {"main_process": _workers(0), "two_workers": _workers(2)}},
    devices=("cpu",),
    processes=True,
)
