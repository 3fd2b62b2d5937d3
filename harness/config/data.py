"""The ``[data]`` table: which examples, how many, how scaled, how split."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from harness.config.base import Table

Scale = Literal["raw", "unit"]


class Synthetic(Table):
    """Data drawn from the cell's ``data`` stream.

    ``linear``: targets ``y = x @ coefficients + intercept + noise * N(0, 1)``, float32, shapes
    (n, d) and (n, 1); features on ``linspace(low, high, n)`` (one coefficient) or N(0, 1).
    ``images``: `n_classes` smooth random templates of `shape` plus N(0, noise * 255) pixels,
    clipped to 0-255, uint8.
    """

    generator: Literal["linear", "images"]
    n_train: PositiveInt = 100
    n_test: PositiveInt = 100
    features: Literal["linspace", "normal"] = "linspace"
    low: float = 0.0
    high: float = 1.0
    coefficients: tuple[float, ...] = (1.0,)
    intercept: float = 0.0
    noise: float = Field(default=1.0, ge=0.0)
    shape: tuple[PositiveInt, PositiveInt, PositiveInt] = (3, 32, 32)
    n_classes: PositiveInt = 10


class Data(Table):
    """Which examples a cell sees.

    `n_train` and `n_test` take the first so many images of the data set's own order, the way
    the source documents do. The validation images are the first or last `n_validation` of
    those training images; `split` says whether training may draw them too (``leaky``).
    `scale`: ``raw`` keeps pixels 0-255 as float, ``unit`` divides by 255.
    """

    dataset: str
    path: str | None = None
    scale: Scale = "raw"
    n_train: PositiveInt | None = None
    n_test: PositiveInt | None = None
    n_validation: int = Field(default=0, ge=0)
    validation: Literal["first", "last"] = "last"
    split: Literal["clean", "leaky"] = "clean"
    synthetic: Synthetic | None = None
