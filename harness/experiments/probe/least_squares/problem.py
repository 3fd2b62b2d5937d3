"""The problem all solvers are given, and the settings of the probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from harness.config.table import Table
from harness.types import Array


class Params(Table):
    """How the line is fitted.

    The objective is ``mean((x @ w + b - y)**2) + penalty * sum(w**2) + lasso * sum(|w|)``; the
    bias is free of penalties.

    Attributes
    ----------
    solver
        ``inverse`` forms ``inv(X.T X) X.T y``; ``solve`` solves the same equations by
        elimination; ``lstsq`` takes the smallest of all minimisers, by singular values;
        ``gradient_descent`` steps down from `start`; ``proximal`` adds the shrinkage step of
        `lasso` to it (ISTA), ``subgradient`` its subgradient ``lasso * sign(w)``.
    penalty, lasso
        Squared and absolute penalty; the closed forms know the first only.
    iterations, rate
        Steps of a descent, and their size as a share of the largest stable one, 2 / lambda_max
        of the Hessian.
    start
        Standard deviation of the first weights, drawn from the ``init`` stream; 0 for zeros.
    patience
        Stops when the validation loss has not fallen for so many steps, and returns the weights
        of its lowest; 0 for no early stop.
    bias
        Whether there is a bias.
    columns
        The features used; all of them when empty.
    precision
        What is computed in.
    detail
        What is measured beside losses and weights: ``shape`` of the loss, ``residuals``, the
        ``path`` of a descent.
    """

    solver: Literal["inverse", "solve", "lstsq", "gradient_descent", "proximal", "subgradient"] = (
        "lstsq"
    )
    penalty: float = Field(default=0.0, ge=0.0)
    lasso: float = Field(default=0.0, ge=0.0)
    iterations: PositiveInt = 1000
    rate: float = Field(default=0.5, gt=0.0)
    start: float = Field(default=0.0, ge=0.0)
    patience: int = Field(default=0, ge=0)
    bias: bool = True
    columns: tuple[int, ...] = ()
    precision: Literal["float32", "float64"] = "float64"
    detail: tuple[Literal["shape", "residuals", "path"], ...] = ()


@dataclass(frozen=True)
class Part:
    """Examples with the column of ones appended, when there is a bias.

    Attributes
    ----------
    x : ndarray, (n, p)
    y : ndarray, (n,)
    """

    x: Array
    y: Array

    def loss(self, theta: Array) -> float:
        """Return the mean squared error of weights (p,), computed in float64."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.mean(np.square(self.residuals(theta))))

    def residuals(self, theta: Array) -> NDArray[np.float64]:
        """Return ``y - x @ theta``, (n,), in float64."""
        with np.errstate(over="ignore", invalid="ignore"):
            found: NDArray[np.float64] = self.y - self.x.astype(np.float64) @ theta
        return found


@dataclass(frozen=True)
class Problem:
    """A fit to be made.

    Attributes
    ----------
    train : Part
        In the precision asked for.
    validation : Part
        May have no rows.
    weights : int
        Columns that are weights; the bias, if any, is the column after them.
    params : Params
    start : ndarray, (p,)
        Where a descent begins.
    step : float
        Size of its steps.
    """

    train: Part
    validation: Part
    weights: int
    params: Params
    start: Array
    step: float

    @property
    def ridge(self) -> Array:
        """The penalty of every column, (p,): none on the bias."""
        own = np.full(self.train.x.shape[1], self.params.penalty, self.train.x.dtype)
        own[self.weights :] = 0
        return own


@dataclass(frozen=True)
class Fit:
    """What a solver found.

    Attributes
    ----------
    theta : ndarray, (p,)
        Weights, then the bias.
    path : list of ndarray
        The weights of a descent at the iterations `at`; empty for a closed form.
    at : list of int
    taken : int
        The step that `theta` is from.
    """

    theta: Array
    path: list[Array] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    taken: int = 0


Solver = Callable[[Problem], Fit]


class SingularError(ArithmeticError):
    """The equations have no unique solution, and the library says so."""
