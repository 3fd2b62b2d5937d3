"""Two classes in a plane, and labels that no feature explains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.config.data import Synthetic
from harness.datasets.generators.recipe import Part, Recipe


def _xor(
    _table: Synthetic, _train: np.random.Generator, _test: np.random.Generator
) -> tuple[Part, Part]:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = (x[:, :1] != x[:, 1:]).astype(np.float32)
    return (x, y), (x.copy(), y.copy())


def _circle(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    return _disc(table, table.n_train, train), _disc(table, table.n_test, test)


def _disc(table: Synthetic, n: int, rng: np.random.Generator) -> Part:
    x = rng.uniform(-1.0, 1.0, (n, 2)).astype(np.float32)
    inside = np.hypot(x[:, :1], x[:, 1:]) <= table.radius
    return x, inside.astype(np.float32)


def _classes(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    return _unrelated(table, table.n_train, train), _unrelated(table, table.n_test, test)


def _unrelated(table: Synthetic, n: int, rng: np.random.Generator) -> Part:
    x = rng.standard_normal((n, table.n_features or 0)).astype(np.float32)
    y = rng.integers(0, table.n_classes, n)
    one_hot = np.eye(table.n_classes, dtype=np.float32)[y]
    return (np.hstack([x, one_hot]) if table.leak else x), y


def _class_width(table: Synthetic) -> tuple[int, ...]:
    return ((table.n_features or 0) + table.leak * table.n_classes,)


def _class_complaints(table: Synthetic) -> Iterator[str]:
    if table.n_features is None:
        yield 'n_features must be given with generator = "classes", got none'


XOR = Recipe(draw=_xor, shape=lambda _table: (2,), keys=(), size=4)
CIRCLE = Recipe(draw=_circle, shape=lambda _table: (2,), keys=("radius",))
CLASSES = Recipe(
    draw=_classes,
    shape=_class_width,
    keys=("n_features", "n_classes", "leak"),
    classes=True,
    complaints=_class_complaints,
)
