"""What is kept of a trained network: weights, predictions, and the line of a line fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.backends.protocol import each_batch_updates, learning_rate
from harness.config.layers import Flatten, Linear
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.datasets.parts import Parts, flat
from harness.experiments.tasks import Task
from harness.experiments.train.evaluation import Evaluator
from harness.types import Array

SOME = 20
"""Units whose weights are kept for a picture, where all would take too much room."""
FIT_POINTS = 200
"""Training points kept for a picture of a fitted line."""


def arrays_kept(
    train: Train, placed: Sequence[PlacedLayer], weights: Mapping[str, Array], evaluator: Evaluator
) -> dict[str, Array]:
    """Return the arrays that ``[train] keep`` names.

    ``weights`` of the first layer; of the n test examples ``labels`` (n,) and ``predictions`` (n,)
    or (n, outputs), uint8 where classes fit, and ``correct`` (n,) uint8.
    """
    arrays: dict[str, Array] = {}
    first = weights[f"{next(step.index for step in placed if step.params)}.weight"]
    if "some_weights" in train.keep:
        arrays["weights"] = first[:SOME].astype(np.float16)
    if "weights" in train.keep:
        arrays["weights"] = first
    if "predictions" in train.keep:
        scores = evaluator.scores()
        arrays["predictions"], arrays["labels"] = _small(scores.predicted), _small(scores.y)
    if "correct" in train.keep and evaluator.scores().classes:
        arrays["correct"] = evaluator.scores().correct
    return arrays


def _small(values: Array) -> Array:
    """Return class labels as uint8 where they fit, anything else as it is."""
    labels = np.issubdtype(values.dtype, np.integer)
    return values.astype(np.uint8) if labels and values.max(initial=0) < 256 else values


def is_line(placed: Sequence[PlacedLayer]) -> bool:
    """Whether the model is a single linear layer with one output."""
    linear = [step for step in placed if isinstance(step.layer, Linear)]
    plain = all(isinstance(step.layer, Linear | Flatten) for step in placed)
    return plain and len(linear) == 1 and linear[0].shape_out == (1,)


def line_metrics(placed: Sequence[PlacedLayer], weights: Mapping[str, Array]) -> dict[str, float]:
    """Return ``weight_0`` ... and ``bias_0`` of a model for which `is_line` holds.

    Its weight is (1, d), its bias (1,).
    """
    index = next(step.index for step in placed if step.params)
    found = {f"weight_{i}": float(w) for i, w in enumerate(weights[f"{index}.weight"].ravel())}
    if f"{index}.bias" in weights:
        found["bias_0"] = float(weights[f"{index}.bias"][0])
    return found


def stability(train: Train, x: Array, *, bias: bool) -> dict[str, float]:
    """Return the largest stable learning rate of gradient descent on this line fit.

    Parameters
    ----------
    train : Train
        With loss ``mse``.
    x : ndarray, (n, d)
        Training examples, scaled.
    bias : bool
        Whether the layer has one.

    Returns
    -------
    dict
        ``stability_limit`` ``= 2 (1 + momentum) / lambda_max`` of the Hessian
        ``2/n [x, 1].T [x, 1]`` plus l2 on the weights and the optimizer's decay, in float64
        (``2 [x, 1].T [x, 1]`` for ``reduction = "sum"``), and ``lr_over_limit``. Empty for
        optimizers other than SGD, for rates that change, and for gradients that add up or are
        missing, to which the limit does not apply.

    References
    ----------
    Polyak (1964) for the factor of momentum; without it the classical ``2 / lambda_max``.
    """
    rule, changes = train.optimizer, train.lr_decay != 1.0 or train.schedule != "constant"
    if rule.name != "sgd" or changes or not each_batch_updates(train):
        return {}
    wide = np.asarray(x, dtype=np.float64)
    if bias:
        wide = np.column_stack([wide, np.ones(len(wide))])
    hessian = 2.0 / len(wide) * (wide.T @ wide)
    if train.reduction == "sum":
        hessian *= len(wide)
    hessian[np.diag_indices(x.shape[1])] += train.l2
    hessian[np.diag_indices(len(hessian))] += rule.weight_decay
    steepest = float(np.linalg.eigvalsh(hessian)[-1])
    if steepest <= 0:
        return {"stability_limit": float("inf"), "lr_over_limit": 0.0}
    damped = 1.0 - rule.dampening if rule.momentum else 1.0
    limit = 2.0 * (1.0 + rule.momentum) / (damped * steepest)
    return {"stability_limit": limit, "lr_over_limit": learning_rate(train) / limit}


def line_of(
    task: Task, split: Parts, weights: Mapping[str, Array]
) -> tuple[dict[str, float], dict[str, Array]]:
    """Return the metrics and arrays that only a line fit has; both empty for other models.

    ``fit_x`` and ``fit_y`` are (m,), m at most `FIT_POINTS`.
    """
    if not is_line(task.placed):
        return {}, {}
    metrics = line_metrics(task.placed, weights)
    x = flat(task.scaler.apply(split.x_train, task.train.dtype))
    if task.train.loss == "mse":
        metrics |= stability(task.train, x, bias="bias_0" in metrics)
    if x.shape[1] > 1 or "fit" not in task.train.keep:
        return metrics, {}
    some = np.linspace(0, len(x) - 1, min(FIT_POINTS, len(x))).astype(np.int64)
    return metrics, {"fit_x": x[some, 0], "fit_y": np.asarray(split.y_train)[some].ravel()}
