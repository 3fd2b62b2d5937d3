"""The ``[train]`` table: loss, optimizer, schedule, and what to evaluate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from harness.config.base import Table
from harness.config.data import Scale


class Optimizer(Table):
    """An update rule; `lr` here or in ``[train]``, not both.

    ``sgd``: v = momentum * v + g; w -= lr * v. ``adam``: Kingma & Ba (2015), bias-corrected.
    """

    name: Literal["sgd", "adam"] = "sgd"
    lr: float | None = Field(default=None, gt=0.0)
    momentum: float = Field(default=0.0, ge=0.0, lt=1.0)
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8


class Evaluation(Table):
    """One evaluation after training: metrics ``<name>_accuracy`` and ``<name>_loss``.

    `scale` overrides the scale of ``[data]``, to repeat a protocol that evaluates on other
    inputs than it trains on.
    """

    name: str
    part: Literal["train", "validation", "test"] = "test"
    scale: Scale | None = None


class Train(Table):
    """How a model is trained.

    Attributes
    ----------
    epochs, steps
        Exactly one is given. An epoch is one pass over the training examples.
    batch_size
        Examples a step, or ``"full"``.
    sampling
        ``epoch`` shuffles each epoch; ``replacement`` draws each batch anew, uniformly;
        ``none`` keeps the order.
    l2
        Adds ``0.5 * l2 * sum(W**2)`` over weights, not biases, to loss and gradient.
    log_every
        Steps between points of the ``train_loss`` series; 0 logs the mean of every epoch.
        Step series start with step 0, the loss before any update.
    after_divergence
        ``stop`` ends the cell at the first loss that is not finite, ``continue`` goes on.
    evaluate
        Evaluations after the last step; ``test_accuracy`` when not given.
    keep
        Arrays to store: ``weights`` (first linear layer), ``predictions`` and ``correct`` on
        the test images, ``fit`` (at most 200 training points of a line fit).
    """

    loss: Literal["cross_entropy", "mse", "multiclass_hinge"]
    optimizer: Optimizer = Optimizer()
    lr: float | None = Field(default=None, gt=0.0)
    epochs: PositiveInt | None = None
    steps: PositiveInt | None = None
    batch_size: PositiveInt | Literal["full"] = 32
    sampling: Literal["epoch", "replacement", "none"] = "epoch"
    drop_last: bool = False
    l2: float = Field(default=0.0, ge=0.0)
    dtype: Literal["float32", "float64"] = "float32"
    log_every: int = Field(default=0, ge=0)
    after_divergence: Literal["stop", "continue"] = "stop"
    evaluate: tuple[Evaluation, ...] = (Evaluation(name="test"),)
    keep: tuple[Literal["weights", "predictions", "correct", "fit"], ...] = ()
