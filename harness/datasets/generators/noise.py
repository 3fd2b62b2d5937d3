"""Images of nothing: white noise, and labels that have nothing to do with it."""

from __future__ import annotations

import numpy as np

from harness.config.data import Synthetic
from harness.datasets.generators.recipe import Part, Recipe


def _noise_images(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    return _noise(table, table.n_train, train), _noise(table, table.n_test, test)


def _noise(table: Synthetic, n: int, rng: np.random.Generator) -> Part:
    x = rng.standard_normal((n, *table.shape)).astype(np.float32)
    return x, rng.integers(0, table.n_classes, n)


NOISE_IMAGES = Recipe(
    draw=_noise_images,
    shape=lambda table: table.shape,
    keys=("shape", "n_classes"),
    classes=True,
)
