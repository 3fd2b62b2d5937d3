"""How examples are scaled: from stored values to what a model sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from harness.config.data import Data, Scale
from harness.datasets.parts import Parts
from harness.errors import DataUnfit
from harness.types import Array

BLOCK = 4_096  # examples taken to float64 at once, to bound memory
PIXELS = ("unit", "symmetric")  # scales that need a largest value


@dataclass(frozen=True)
class Scaler:
    """A scale, with the statistics it needs taken once.

    Attributes
    ----------
    scale : {'raw', 'unit', 'symmetric', 'centered', 'standard'}
        As in ``[data]``.
    mean, spread : ndarray or None
        float64, of the shape of one example: what is taken off, and what is divided by after;
        None where the scale does without.
    """

    scale: Scale
    mean: NDArray[np.float64] | None = None
    spread: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, data: Data, split: Parts, scale: Scale | None = None) -> Scaler:
        """Return the scaler of ``[data]``, its statistics taken from the training examples.

        Parameters
        ----------
        data : Data
            With ``statistics = "all"`` validation and test examples count too.
        split : Parts
            The examples.
        scale : str, optional
            Used in place of ``data.scale``.
        """
        chosen = scale or data.scale
        if chosen not in ("centered", "standard"):
            return cls(chosen)
        seen = [split.x_train]
        if data.statistics == "all":
            seen += [split.x_validation, split.x_test]
        mean = _mean(seen)
        return cls(chosen, mean, _spread(seen, mean) if chosen == "standard" else None)

    def apply(self, x: Array, dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Return examples as floating point.

        Parameters
        ----------
        x : ndarray, (n, *shape)
            uint8 images or float32 features.
        dtype : dtype
            float32 or float64. Pixels are divided in it; means are taken off in float64.

        Returns
        -------
        ndarray, (n, *shape)
            Of `dtype`.

        Raises
        ------
        DataUnfit
            If features, which have no largest value, are to be scaled as pixels.
        """
        if self.mean is not None:
            return self._standardized(x, self.mean, dtype)
        if self.scale not in PIXELS:
            return x.astype(dtype)
        if x.dtype != np.uint8:
            raise DataUnfit(
                f'data.scale must be "raw", "centered" or "standard" for data that are not pixels '
                f'({x.dtype}), got "{self.scale}"'
            )
        if self.scale == "unit":
            return np.divide(x, 255, dtype=dtype)
        values = np.divide(x, 127.5, dtype=dtype)
        values -= values.dtype.type(1)
        return values

    def _standardized(self, x: Array, mean: NDArray[np.float64], dtype: DTypeLike) -> NDArray[Any]:
        values = np.empty(x.shape, dtype)
        for start in range(0, len(x), BLOCK):
            centered = x[start : start + BLOCK] - mean
            values[start : start + BLOCK] = (
                centered if self.spread is None else centered / self.spread
            )
        return values


def _mean(seen: Sequence[Array]) -> NDArray[np.float64]:
    """Return the mean example, (*shape)."""
    total = sum(block.sum(axis=0, dtype=np.float64) for block in _blocks(seen))
    return np.asarray(total / sum(len(x) for x in seen))


def _spread(seen: Sequence[Array], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of every feature (divisor n), 1 where it is 0."""
    total = sum(((block - mean) ** 2).sum(axis=0) for block in _blocks(seen))
    spread = np.sqrt(np.asarray(total / sum(len(x) for x in seen)))
    # Rounding leaves a constant feature a speck of spread, which a division would blow up.
    return np.where(spread > 1e-12 * np.abs(mean), spread, 1.0)


def _blocks(seen: Sequence[Array]) -> Iterator[Array]:
    for x in seen:
        for start in range(0, len(x), BLOCK):
            yield x[start : start + BLOCK]
