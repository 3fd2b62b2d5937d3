"""Recipes: targets along a line, a plane or a polynomial with noise, and examples with classes.

The latter are pictures under noise, points in a plane, and labels that nothing explains.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from harness.config.data import Synthetic
from harness.datasets.generators import Part, Recipe

Floats = NDArray[np.float64]


def _width(table: Synthetic) -> int:
    return table.n_features or len(table.coefficients)


def _linear(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    x, y = _plane(table, table.n_train, train)
    if table.outliers:
        y[train.permutation(len(y))[: round(table.outliers * len(y))]] += table.outlier_size
    return _as_part(x, y), _as_part(*_plane(table, table.n_test, test))


def _plane(table: Synthetic, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return features (n, d) and targets (n,)."""
    x = _features(table, n, rng)
    coefficients = np.zeros(_width(table))
    coefficients[: len(table.coefficients)] = table.coefficients
    return x, x @ coefficients + table.intercept + table.noise * rng.standard_normal(n)


def _features(table: Synthetic, n: int, rng: np.random.Generator) -> Floats:
    if table.features == "linspace":
        x: Floats = np.linspace(table.low, table.high, n)[:, None]
    else:
        x = rng.standard_normal((n, _width(table)))
    if table.correlation:
        # One factor shared by all features makes any two of them correlate alike.
        shared = rng.standard_normal((n, 1))
        x = np.sqrt(table.correlation) * shared + np.sqrt(1.0 - table.correlation) * x
    if table.feature_scales:
        x = x * np.asarray(table.feature_scales)
    return x + np.asarray(table.feature_means) if table.feature_means else x


def _linear_complaints(table: Synthetic) -> Iterator[str]:
    if not table.coefficients:
        yield "coefficients must hold at least one number, got none"
    if table.features == "linspace" and len(table.coefficients) > 1:
        yield (
            'coefficients must be one number with features = "linspace", '
            f'got {len(table.coefficients)}; use features = "normal"'
        )
    if table.features == "linspace" and (table.correlation or _width(table) > 1):
        yield 'features must be "normal" with n_features or correlation, got "linspace"'
    if table.features == "normal" and (table.low, table.high) != (0.0, 1.0):
        yield (
            'low and high must be left out with features = "normal", '
            f"got {table.low:g} and {table.high:g}"
        )
    if _width(table) < len(table.coefficients):
        yield (
            f"n_features must be at least {len(table.coefficients)}, the coefficients given, "
            f"got {table.n_features}"
        )
    for key in ("feature_scales", "feature_means"):
        given = len(getattr(table, key))
        if given not in (0, _width(table)):
            yield f"{key} must hold one number for each of {_width(table)} features, got {given}"
    if table.outlier_size != 10.0 and not table.outliers:
        yield "outliers must be given with outlier_size, got none"


def _polynomial(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    return _powers(table, table.n_train, train), _powers(table, table.n_test, test)


def _powers(table: Synthetic, n: int, rng: np.random.Generator) -> Part:
    x = rng.uniform(table.low, table.high, n)
    y = np.polynomial.polynomial.polyval(x, [table.intercept, *table.coefficients])
    y = y + table.noise * rng.standard_normal(n)
    return _as_part(x[:, None] ** np.arange(1, table.degree + 1), y)


def _polynomial_complaints(table: Synthetic) -> Iterator[str]:
    if not table.low < table.high:
        yield f"low must be below high, got {table.low:g} and {table.high:g}"


def _as_part(x: Floats, y: Floats) -> Part:
    """Return what was computed in float64 as float32, targets (n, 1)."""
    return x.astype(np.float32), y[:, None].astype(np.float32)


LINEAR = Recipe(
    draw=_linear,
    shape=lambda table: (_width(table),),
    keys=(
        *("features", "low", "high", "coefficients", "intercept", "noise", "n_features"),
        *("correlation", "feature_scales", "feature_means", "outliers", "outlier_size"),
    ),
    complaints=_linear_complaints,
)
POLYNOMIAL = Recipe(
    draw=_polynomial,
    shape=lambda table: (table.degree,),
    keys=("low", "high", "coefficients", "intercept", "noise", "degree"),
    complaints=_polynomial_complaints,
)


CHUNK = 1_000  # images drawn at once, to bound memory
GRAIN = 4  # pixels between the points a template is interpolated from


def _images(
    table: Synthetic, train: np.random.Generator, test: np.random.Generator
) -> tuple[Part, Part]:
    templates = _templates(table, train)
    return (
        _pictures(templates, table.n_train, table.noise, train),
        _pictures(templates, table.n_test, table.noise, test),
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


IMAGES = Recipe(
    draw=_images,
    shape=lambda table: table.shape,
    keys=("noise", "shape", "n_classes"),
    classes=True,
)


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
