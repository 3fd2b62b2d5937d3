"""Data drawn from the cell's own ``data`` stream, as the suite declares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import digest
from harness.config.data import Data, Synthetic
from harness.datasets.base import Dataset, Facts
from harness.errors import UsageError
from harness.types import Array, DataUsed

CHUNK = 1_000  # images drawn at once, to bound memory
GRAIN = 4  # pixels between the points a template is interpolated from


@dataclass(frozen=True)
class SyntheticLoader:
    """A `Loader` that draws; its fingerprint is that of the drawn arrays, one per seed."""

    name: str = "synthetic"
    copy_of: str = ""

    def facts(self, data: Data) -> Facts:
        """Return the declared shapes.

        Raises
        ------
        UsageError
            If the table ``[data.synthetic]`` is absent or does not fit together.
        """
        table = _table(data)
        if table.generator == "linear":
            return Facts((len(table.coefficients),), 1, table.n_train, table.n_test)
        classes = tuple(str(index) for index in range(table.n_classes))
        return Facts(table.shape, table.n_classes, table.n_train, table.n_test, classes)

    def missing(self, data: Data) -> None:
        """Return None: nothing is read."""
        _table(data)

    def load(self, data: Data, rng: np.random.Generator) -> Dataset:
        """Draw the training part, then the test part.

        Raises
        ------
        UsageError
            As for `facts`.
        """
        table = _table(data)
        draw = _linear(table, rng) if table.generator == "linear" else _images(table, rng)
        (x_train, y_train), (x_test, y_test) = draw
        used = DataUsed(
            self.name, self.name, digest.of_arrays(x_train, y_train, x_test, y_test), True
        )
        return Dataset(self.facts(data), x_train, y_train, x_test, y_test, used)


Part = tuple[Array, Array]


def _table(data: Data) -> Synthetic:
    table = data.synthetic
    if table is None:
        raise UsageError('data.synthetic must be given with dataset = "synthetic", got none')
    if table.generator == "linear" and not table.coefficients:
        raise UsageError("data.synthetic.coefficients must hold at least one number, got none")
    if table.generator == "linear" and table.features == "linspace" and len(table.coefficients) > 1:
        raise UsageError(
            'data.synthetic.coefficients must be one number with features = "linspace", '
            f'got {len(table.coefficients)}; use features = "normal"'
        )
    return table


def _linear(table: Synthetic, rng: np.random.Generator) -> tuple[Part, Part]:
    return _line(table, table.n_train, rng), _line(table, table.n_test, rng)


def _line(table: Synthetic, n: int, rng: np.random.Generator) -> Part:
    """Return features (n, d) and targets (n, 1), computed in float64, given as float32."""
    coefficients = np.asarray(table.coefficients)
    if table.features == "linspace":
        x = np.linspace(table.low, table.high, n)[:, None]
    else:
        x = rng.standard_normal((n, len(coefficients)))
    y = x @ coefficients + table.intercept + table.noise * rng.standard_normal(n)
    return x.astype(np.float32), y[:, None].astype(np.float32)


def _images(table: Synthetic, rng: np.random.Generator) -> tuple[Part, Part]:
    templates = _templates(table, rng)
    return (
        _pictures(templates, table.n_train, table.noise, rng),
        _pictures(templates, table.n_test, table.noise, rng),
    )


def _templates(table: Synthetic, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (n_classes, C, H, W): N(127.5, 64) every `GRAIN` pixels, linear between."""
    channels, height, width = table.shape
    rows, columns = _interpolation(height), _interpolation(width)
    size = (table.n_classes, channels, rows.shape[1], columns.shape[1])
    coarse = 127.5 + 64.0 * rng.standard_normal(size)
    smooth: NDArray[np.float64] = np.einsum("hi,ncij,wj->nchw", rows, coarse, columns)
    return smooth.astype(np.float32)


def _interpolation(size: int) -> NDArray[np.float64]:
    """Return the (size, points) matrix of linear interpolation from evenly spaced points."""
    points = max(2, -(-size // GRAIN))
    at = np.linspace(0.0, points - 1.0, size)
    columns = [np.interp(at, np.arange(points), unit) for unit in np.eye(points)]
    return np.stack(columns, axis=1)


def _pictures(
    templates: NDArray[np.float32], n: int, noise: float, rng: np.random.Generator
) -> Part:
    """Return images (n, C, H, W) uint8 and labels (n,) int64, uniform over the classes."""
    labels = rng.integers(0, len(templates), n)
    images = np.empty((n, *templates.shape[1:]), np.uint8)
    for start in range(0, n, CHUNK):
        chosen = templates[labels[start : start + CHUNK]]
        grain = rng.standard_normal(chosen.shape, np.float32) * np.float32(255 * noise)
        images[start : start + CHUNK] = np.rint(np.clip(chosen + grain, 0, 255)).astype(np.uint8)
    return images, labels
