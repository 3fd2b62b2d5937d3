"""What a fit looks like: losses, weights, residuals and the shape of the bowl; all in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.experiments.probe.least_squares.problem import Fit, Part, Problem
from harness.types import Array, Series

NAMED_WEIGHTS = 8
"""Weights given by name; a fit with more gives none."""
TANGENTS = 200
"""Pairs of points at which the loss is compared with a tangent of it."""
SHAPE = (
    "condition",
    "largest_step",
    "least_bias_off_mean",
    "gradient_cosine",
    "tangent_gap",
    "sign_agreement",
    "importance_agreement",
)
WEIGHTS = ("largest_weight", "weight_norm", "zero_weights", "bias", "bias_off_mean", "distance")
RESIDUALS = ("residual_mean", "residual_curvature", "residual_spread")


def minimum(part: Part) -> NDArray[np.float64]:
    """Return the smallest of the weights (p,) that minimise the mean squared error."""
    found: NDArray[np.float64] = np.linalg.lstsq(part.x.astype(np.float64), part.y, rcond=None)[0]
    return found


def weights(fit: Fit, problem: Problem, best: Array) -> dict[str, float]:
    """Return sizes of the weights, and their distance from `best` (p,) relative to its length."""
    w = fit.theta[: problem.weights]
    found = {
        "largest_weight": float(np.abs(w).max(initial=0.0)),
        "weight_norm": float(np.linalg.norm(w)),
        "zero_weights": float(np.sum(w == 0)),
        "distance": float(np.linalg.norm(fit.theta - best) / np.linalg.norm(best)),
    }
    if len(fit.theta) > problem.weights:
        bias = float(fit.theta[problem.weights])
        found |= {"bias": bias, "bias_off_mean": abs(bias - float(problem.train.y.mean()))}
    named = w if len(w) <= NAMED_WEIGHTS else ()
    return found | {f"weight_{i}": float(value) for i, value in enumerate(named)}


def residuals(fit: Fit, part: Part) -> dict[str, float]:
    """Return the patterns that a plot of residuals against predictions would show.

    ``residual_mean``; ``residual_curvature``, the correlation with the squared distance of a
    prediction from their mean (a curve); ``residual_spread``, that of the residuals' absolute
    values with the predictions (a funnel).
    """
    left = part.residuals(fit.theta)
    shown = part.x.astype(np.float64) @ fit.theta
    return {
        "residual_mean": float(left.mean()),
        "residual_curvature": _correlation(left, np.square(shown - shown.mean())),
        "residual_spread": _correlation(np.abs(left), shown),
    }


def shape(problem: Problem, best: Array, rng: np.random.Generator) -> dict[str, float]:
    """Return the shape of the loss over weights and bias.

    ``condition`` of ``X.T X``; ``largest_step``, 2 / lambda_max of the Hessian, beyond which
    descent diverges; ``gradient_cosine`` between the downhill direction at zero and
    the way to the minimum; ``tangent_gap``, the least height of the loss above a tangent plane
    of it, over random pairs of points, relative to the loss there (negative where it is not
    convex); ``sign_agreement``, the share of features whose weight has the sign of their
    correlation with the target; ``importance_agreement``, 1 if the feature with the largest
    weight is the one whose absence costs most; ``least_bias_off_mean``, how far the bias at the
    minimum is from the mean target.
    """
    part = Part(problem.train.x.astype(np.float64), problem.train.y.astype(np.float64))
    downhill = part.x.T @ part.y
    cosine = downhill @ best / (np.linalg.norm(downhill) * np.linalg.norm(best))
    return {
        "condition": float(np.linalg.cond(part.x)) ** 2,
        "largest_step": len(part.y) / float(np.linalg.norm(part.x, ord=2)) ** 2,
        "gradient_cosine": float(cosine),
        "tangent_gap": min(_tangent_gap(part, rng) for _ in range(TANGENTS)),
        **_features(part, best, problem.weights),
        **_least_bias(part, best, problem.weights),
    }


def _least_bias(part: Part, best: Array, count: int) -> dict[str, float]:
    if len(best) == count:
        return {}
    return {"least_bias_off_mean": abs(float(best[count] - part.y.mean()))}


def _tangent_gap(part: Part, rng: np.random.Generator) -> float:
    a, b = rng.standard_normal((2, part.x.shape[1]))
    slope = -2.0 / len(part.y) * (part.x.T @ part.residuals(a))
    return float((part.loss(b) - part.loss(a) - slope @ (b - a)) / part.loss(b))


def _features(part: Part, best: Array, count: int) -> dict[str, float]:
    if count > NAMED_WEIGHTS:
        return {}
    alone = [_correlation(part.x[:, i], part.y) for i in range(count)]
    without = [_without(part, i) for i in range(count)]
    same = np.sign(alone) == np.sign(best[:count])
    most = int(np.argmax(np.abs(best[:count])))
    return {
        "sign_agreement": float(same.mean()),
        "importance_agreement": float(most == int(np.argmax(without))),
    }


def _without(part: Part, column: int) -> float:
    """Return the least loss that the other columns reach."""
    rest = Part(np.delete(part.x, column, axis=1), part.y)
    return rest.loss(minimum(rest))


def _correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else 0.0


def curves(fit: Fit, parts: dict[str, Part]) -> dict[str, Series]:
    """Return ``<part>_loss`` over the iterations of a descent, for every part with rows."""
    if not fit.path:
        return {}
    at = [float(iteration) for iteration in fit.at]
    return {
        f"{name}_loss": Series(at, [part.loss(theta) for theta in fit.path])
        for name, part in parts.items()
        if len(part.y)
    }
