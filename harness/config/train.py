"""The ``[train]`` table: loss, optimizer, schedule, and what to evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from harness.config.data import Scale
from harness.config.table import Amount, Count, Table


class Optimizer(Table):
    """An update rule; `lr` here or in ``[train]``, not both.

    ``sgd``: v = momentum * v + (1 - dampening) * g; w -= lr * v (the first v is g). ``adam``:
    Kingma & Ba (2015), bias-corrected. ``rmsprop``: s = alpha * s + (1 - alpha) * g**2;
    w -= lr * g / (sqrt(s) + eps). `weight_decay` adds ``weight_decay * w`` to the gradient of
    every parameter, biases included, as torch does.
    """

    name: Literal["sgd", "adam", "rmsprop"] = "sgd"
    lr: float | None = Field(default=None, gt=0.0)
    momentum: float = Field(default=0.0, ge=0.0, lt=1.0)
    dampening: float = Field(default=0.0, ge=0.0, le=1.0)
    weight_decay: float = Field(default=0.0, ge=0.0)
    alpha: float = Field(default=0.99, ge=0.0, lt=1.0)
    beta1: float = Field(default=0.9, ge=0.0, lt=1.0)
    beta2: float = Field(default=0.999, ge=0.0, lt=1.0)
    eps: float = Field(default=1e-8, ge=0.0)


class Evaluation(Table):
    """One evaluation after training: metrics ``<name>_accuracy`` and ``<name>_loss``.

    Attributes
    ----------
    scale
        Overrides the scale of ``[data]``, to repeat a protocol that evaluates on other inputs
        than it trains on.
    mode
        ``train`` leaves dropout and batch statistics switched on, the mistake of a forgotten
        ``model.eval()``.
    batch_size
        Evaluates batch by batch; adds ``<name>_batch_accuracy``, the mean of the batches' own
        accuracies.
    labels
        Only the examples of these classes.
    shift
        Pixels by which every image is moved (rows, columns), emptied pixels 0.
    inverted
        Light and dark swapped: every pixel p becomes 255 - p.
    threshold
        For one output: ``<name>_accuracy`` is how often output and target lie on the same side.
    rounded
        For one output: ``<name>_accuracy`` is how often the output, rounded to the nearest whole
        number, is the target.
    confusions
        Pairs of classes: ``<name>_confused_<a>_<b>``, the share of the examples of either class
        that are taken for the other.
    top_k
        Adds ``<name>_top<k>_accuracy``.
    recall
        Adds ``<name>_recall_<label>`` for every class, and ``<name>_macro_recall``, their mean.
    """

    name: str
    part: Literal["train", "validation", "test"] = "test"
    scale: Scale | None = None
    mode: Literal["eval", "train"] = "eval"
    batch_size: Count | None = None
    labels: tuple[int, ...] = ()
    shift: tuple[int, int] = (0, 0)
    inverted: bool = False
    threshold: float | None = None
    rounded: bool = False
    confusions: tuple[tuple[int, int], ...] = ()
    top_k: Count | None = None
    recall: bool = False


Loss = Literal[
    "cross_entropy",
    "mse",
    "multiclass_hinge",
    "nll",
    "binary_cross_entropy",
    "l1",
    "huber",
]
CLASS_LOSSES = frozenset({"cross_entropy", "multiclass_hinge", "nll"})
"""Losses of class labels; the others take float targets."""


class Train(Table):
    """How a model is trained.

    Attributes
    ----------
    loss
        ``nll`` takes log-probabilities, ``binary_cross_entropy`` probabilities and targets in
        [0, 1] (logarithms no lower than -100, as in torch).
    reduction
        Whether a batch's loss is the mean over its examples (over all elements for regression)
        or their sum.
    huber_delta
        Where ``huber`` turns from half the square to a line, as ``torch.nn.HuberLoss``.
    epochs, steps
        Exactly one is given. An epoch is one pass over the training examples.
    batch_size
        Examples a step, or ``"full"``.
    sampling
        ``epoch`` shuffles each epoch; ``replacement`` draws each batch anew, uniformly;
        ``none`` keeps the order; ``sorted`` keeps the examples in order of their label.
    lr_decay
        Factor of the learning rate after every epoch.
    schedule
        ``one_cycle`` raises the learning rate to `lr` and anneals it over all steps, as
        ``torch.optim.lr_scheduler.OneCycleLR`` does by default (momentum left alone).
    l2, l1
        Add ``0.5 * l2 * sum(W**2)`` and ``l1 * sum(|W|)`` over weights, not biases, to loss and
        gradient.
    accumulate, accumulate_mean
        Batches whose gradients are added up before each update, and whether each batch's loss
        is divided by their number first.
    zero_grad
        When the gradients of an update are cleared. ``each_update``: before its first forward
        pass; ``before_backward``: between that and the backward pass; ``after_update``: after
        it. These three come to the same. ``never`` lets the gradients add up for ever;
        ``before_update`` clears them after the backward pass, so that nothing is left to
        update with.
    backward
        False leaves the backward pass out: ``loss.backward`` without its call.
    log_every
        Steps between points of the ``train_loss`` series; 0 logs the mean of every epoch.
        Step series start with step 0, the loss before any update.
    after_divergence
        ``stop`` ends the cell at the first loss that is not finite, ``continue`` goes on.
    evaluate
        Evaluations after the last step; ``test_accuracy`` when not given.
    evaluate_every
        Epochs between evaluations during training, as series ``<name>_accuracy`` and
        ``<name>_loss`` over the epoch; 0 for none.
    measure
        Names of measurements on the trained network, see `harness.experiments.train.measures`.
    keep
        Arrays to store: ``weights`` (first layer with weights; ``some_weights`` stores those of
        20 units only, in half precision, under the same name), ``predictions`` and ``correct``
        on the test images, ``fit`` (at most 200 training points of a line fit).
    """

    loss: Loss
    reduction: Literal["mean", "sum"] = "mean"
    huber_delta: float = Field(default=1.0, gt=0.0)
    optimizer: Optimizer = Optimizer()
    lr: float | None = Field(default=None, gt=0.0)
    lr_decay: float = Field(default=1.0, gt=0.0)
    schedule: Literal["constant", "one_cycle"] = "constant"
    epochs: Count | None = None
    steps: Count | None = None
    batch_size: Count | Literal["full"] = 32
    sampling: Literal["epoch", "replacement", "none", "sorted"] = "epoch"
    drop_last: bool = False
    l2: float = Field(default=0.0, ge=0.0)
    l1: float = Field(default=0.0, ge=0.0)
    accumulate: Count = 1
    accumulate_mean: bool = True
    zero_grad: Literal[
        "each_update", "before_backward", "after_update", "never", "before_update"
    ] = "each_update"
    backward: bool = True
    dtype: Literal["float32", "float64"] = "float32"
    log_every: Amount = 0
    after_divergence: Literal["stop", "continue"] = "stop"
    evaluate: tuple[Evaluation, ...] = (Evaluation(name="test"),)
    evaluate_every: Amount = 0
    measure: tuple[str, ...] = ()
    keep: tuple[Literal["weights", "some_weights", "predictions", "correct", "fit"], ...] = ()

    def complaints(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with its keys taken together: a key, a sentence."""
        if (self.lr is None) == (self.optimizer.lr is None):
            yield "lr", "must be given exactly once: as lr, or inside optimizer"
        if (self.epochs is None) == (self.steps is None):
            yield "epochs", "must have exactly one of epochs and steps"
