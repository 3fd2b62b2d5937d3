"""Probe ``least_squares``: [data] to a problem, a solver to a fit, a fit to its measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.config.experiments import Settings
from harness.config.kinds import Kind
from harness.datasets.parts import flat, parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, Skip, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe
from harness.experiments.probe.least_squares import anatomy
from harness.experiments.probe.least_squares.problem import (
    Fit,
    Params,
    Part,
    Problem,
    SingularError,
)
from harness.experiments.probe.least_squares.solvers import SOLVERS
from harness.types import Array, Outcome


def run(context: Context, params: Params) -> Outcome:
    """Fit the training examples and take the fit apart.

    Returns
    -------
    Outcome
        See `harness.experiments.probe.least_squares.anatomy`; ``diverged`` when the equations
        are singular or the weights are not finite.

    Raises
    ------
    UsageError
        If the targets are not one number an example, or a setting does not fit the solver.
    Skip
        If the backend has no solvers.
    """
    solvers = SOLVERS.get(context.backend.name)
    if solvers is None:
        raise Skip(f"the {context.backend.name} backend has no least-squares solvers")
    pieces = _pieces(context, params)
    problem = _problem(context, params, pieces)
    _check(problem)
    try:
        fit = solvers[params.solver](problem)
    except SingularError as error:
        return Outcome(metrics=_hopeless(), diverged=f"no unique solution: {error}")
    return _outcome(context, problem, fit, pieces)


def _hopeless() -> dict[str, float]:
    names = ("train_loss", "test_loss", "excess_loss", "largest_weight", "distance")
    return dict.fromkeys(names, float("inf"))


def _pieces(context: Context, params: Params) -> dict[str, Part]:
    data, dataset = context.settings.data, context.dataset
    if data is None or dataset is None:
        raise UsageError("probe 'least_squares' must be given the table [data]")
    split = parts(dataset, data)
    if np.issubdtype(split.y_train.dtype, np.integer):
        raise DataUnfit("probe 'least_squares' must be given numbers as targets, got classes")
    scaler = Scaler.of(data, split)
    sides = {
        "train": (split.x_train, split.y_train),
        "validation": (split.x_validation, split.y_validation),
        "test": (split.x_test, split.y_test),
    }
    return {name: _part(scaler, params, x, y) for name, (x, y) in sides.items()}


def _part(scaler: Scaler, params: Params, x: Array, y: Array) -> Part:
    dtype = np.dtype(params.precision)
    rows = flat(scaler.apply(x, np.float64))
    if params.columns:
        rows = rows[:, list(params.columns)]
    if params.bias:
        rows = np.column_stack([rows, np.ones(len(rows))])
    return Part(rows.astype(dtype), y.reshape(len(y)).astype(dtype))


def _problem(context: Context, params: Params, pieces: Mapping[str, Part]) -> Problem:
    x = pieces["train"].x
    start = np.asarray(
        context.streams.generator("init").normal(0.0, params.start, x.shape[1]), x.dtype
    )
    count = x.shape[1] - params.bias
    step = params.rate * _largest_step(x.astype(np.float64), params.penalty)
    return Problem(pieces["train"], pieces["validation"], count, params, start, step)


def _largest_step(x: Array, penalty: float) -> float:
    """Return 2 / lambda_max of the Hessian ``2 / n * X.T X`` plus ``2 * penalty``."""
    steepest = 2.0 / len(x) * float(np.linalg.norm(x, ord=2)) ** 2
    return 2.0 / (steepest + 2.0 * penalty)


def _check(problem: Problem) -> None:
    params = problem.params
    if params.lasso and params.solver not in ("proximal", "subgradient"):
        raise UsageError(
            "[params] lasso must be 0 unless solver is proximal or subgradient, got "
            f"{params.lasso} with {params.solver!r}"
        )
    if params.patience and not len(problem.validation.y):
        raise UsageError(
            "[params] patience must be 0 without validation examples; set [data] n_validation"
        )


def _outcome(context: Context, problem: Problem, fit: Fit, pieces: Mapping[str, Part]) -> Outcome:
    best = anatomy.minimum(pieces["train"])
    finite = bool(np.isfinite(fit.theta).all())
    losses = {f"{name}_loss": part.loss(fit.theta) for name, part in pieces.items() if len(part.y)}
    lowest = pieces["train"].loss(best)
    detail = problem.params.detail
    metrics = {
        **losses,
        "least_loss": lowest,
        "excess_loss": losses["train_loss"] - lowest,
        "stopped_at": float(fit.taken),
        **anatomy.weights(fit, problem, best),
    }
    if "residuals" in detail:
        metrics |= anatomy.residuals(fit, pieces["test"])
    if "shape" in detail:
        metrics |= anatomy.shape(problem, best, context.streams.generator("probe"))
    series = anatomy.curves(fit, dict(pieces)) if "path" in detail else {}
    if "validation_loss" in series:
        metrics |= _rise(series["validation_loss"].y)
    reason = "" if finite else "the weights are not finite"
    return Outcome(metrics=metrics, series=series, diverged=reason)


def _rise(losses: object) -> dict[str, float]:
    values = np.asarray(losses)
    return {"validation_rise": float(values[-1] / values.min())}


def _produces(settings: Settings, params: Params) -> frozenset[str]:
    names = {"train_loss", "test_loss", "least_loss", "excess_loss", "stopped_at"}
    names |= {*anatomy.WEIGHTS, *(f"weight_{i}" for i in range(anatomy.NAMED_WEIGHTS))}
    names |= set(anatomy.RESIDUALS) if "residuals" in params.detail else set()
    names |= set(anatomy.SHAPE) if "shape" in params.detail else set()
    if settings.data is not None and settings.data.n_validation:
        names |= {"validation_loss"} | ({"validation_rise"} if "path" in params.detail else set())
    return frozenset(names)


KINDS: Mapping[str, Kind] = {
    "weight_norm": "positive",
    "weight_*": "real",
    "bias": "real",
    "residual_mean": "real",
    "gradient_cosine": "real",
    "*_agreement": "real",
    "zero_weights": "count",
    "stopped_at": "count",
    "least_bias_off_mean": "fixed",  # rounding
    "*": "positive",
}

PROBE = Probe(
    "least_squares",
    "[data] to a problem, a solver to a fit, a fit to its measures",
    run,
    _produces,
    Params,
    requires=("data",),
    kinds=KINDS,
)
