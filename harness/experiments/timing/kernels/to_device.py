"""Kernel ``to_device``: one copy from host memory to an accelerator, pageable or page-locked."""

# ruff: noqa: ARG001 - all kernels share one signature
from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Setup
from harness.types import Array


class Params(Table):
    """`n` examples of `d` float32 features."""

    n: PositiveInt = 128
    d: PositiveInt = 784


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    return {"x": rng.standard_normal((params.n, params.d), dtype=np.float32)}


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    return (arrays["x"],)


def _pageable(setup: Setup) -> Call:
    host = setup.backend.put(setup.arrays["x"], "cpu")
    return lambda: (setup.backend.move(host, setup.device),)


def _pinned(setup: Setup) -> Call:
    host = setup.backend.put(setup.arrays["x"], setup.device, pinned=True)
    return lambda: (setup.backend.move(host, setup.device, non_blocking=True),)


KERNEL = Kernel(
    name="to_device",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={"torch": {"pageable": _pageable, "pinned": _pinned}},
    devices=("cuda",),
)
