"""Targets that follow a line, a plane or a polynomial, with Gaussian noise."""

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
