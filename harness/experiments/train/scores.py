"""A network's outputs over a part of the data, and the metrics an evaluation takes from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.config.train import Evaluation
from harness.types import Array

Values = dict[str, float]


@dataclass(frozen=True)
class Scores:
    """A network's outputs over a part of the data.

    Attributes
    ----------
    outputs : ndarray, (n, outputs)
    y : ndarray, (n,) int64 labels or (n, outputs) targets
    loss : float
        Data plus l2 term, mean over the part.
    """

    outputs: Array
    y: Array
    loss: float

    @property
    def classes(self) -> bool:
        """Whether the targets are class labels."""
        return bool(np.issubdtype(self.y.dtype, np.integer))

    @property
    def predicted(self) -> Array:
        """The class of the largest score, or of a first nan, (n,); else the outputs (n, k)."""
        return self.outputs.argmax(axis=1) if self.classes else self.outputs

    @property
    def correct(self) -> NDArray[np.uint8]:
        """1 where the predicted class is the label, (n,)."""
        right: NDArray[np.uint8] = (self.predicted == self.y).astype(np.uint8)
        return right

    def parted(self, threshold: float) -> Scores:
        """Return one output as scores of two classes: up to the threshold, and above it.

        A nan lies on neither side: it counts as the wrong one.
        """
        output = self.outputs[:, 0]
        y = (self.y.reshape(len(self.y), -1)[:, 0] > threshold).astype(np.int64)
        above = np.where(np.isnan(output), y == 0, output > threshold)
        return Scores(np.stack([~above, above], axis=1).astype(np.float64), y, self.loss)


def metrics(scores: Scores, evaluation: Evaluation) -> Values:
    """Return the metrics that an evaluation asks for, each under its name."""
    name, found = evaluation.name, {f"{evaluation.name}_loss": scores.loss}
    if evaluation.threshold is not None:
        scores = scores.parted(evaluation.threshold)
    elif evaluation.rounded and not scores.classes:
        found[f"{name}_accuracy"] = float((np.rint(scores.outputs) == scores.y).mean())
    if scores.classes:
        found[f"{name}_accuracy"] = float(scores.correct.mean())
        for part in METRICS:
            found |= {f"{name}_{what}": value for what, value in part(scores, evaluation)}
    return found


def _batch_accuracy(scores: Scores, evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    if evaluation.batch_size is not None:
        starts = range(0, len(scores.y), evaluation.batch_size)
        batches = [scores.correct[i : i + evaluation.batch_size].mean() for i in starts]
        yield "batch_accuracy", float(np.mean(batches))


def _confusions(scores: Scores, evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    for a, b in evaluation.confusions:
        either = (scores.y == a) | (scores.y == b)
        taken = np.where(scores.y == a, b, a)
        if either.any():
            mistaken = scores.predicted[either] == taken[either]
            yield f"confused_{a}_{b}", float(mistaken.mean())


def _top(scores: Scores, evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    if evaluation.top_k is not None:
        rows = np.arange(len(scores.y))
        own = scores.outputs[rows, scores.y][:, None]
        # The first of equal scores comes first, as in an argmax.
        before = np.arange(scores.outputs.shape[1]) < scores.y[:, None]
        ahead = (scores.outputs > own) | ((scores.outputs == own) & before)
        among = (ahead.sum(axis=1) < evaluation.top_k) & ~np.isnan(own[:, 0])
        yield f"top{evaluation.top_k}_accuracy", float(among.mean())


def _recalls(scores: Scores, evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    if evaluation.recall:
        recalls: Mapping[int, float] = {
            int(label): float(scores.correct[scores.y == label].mean())
            for label in np.unique(scores.y)
        }
        for label, recall in recalls.items():
            yield f"recall_{label}", recall
        yield "macro_recall", float(np.mean(list(recalls.values())))


METRICS: tuple[Callable[[Scores, Evaluation], Iterator[tuple[str, float]]], ...] = (
    _batch_accuracy,
    _confusions,
    _top,
    _recalls,
)
"""What an evaluation may add to loss and accuracy, each when its option is given."""


def names(evaluation: Evaluation, classes: int) -> set[str]:
    """Return the name of every metric that an evaluation can give.

    Parameters
    ----------
    evaluation : Evaluation
    classes : int
        Classes of the data; 0 for targets that are no classes.
    """
    name = evaluation.name
    found = {f"{name}_loss"}
    two = evaluation.threshold is not None
    if not (classes or two or evaluation.rounded):
        return found
    found.add(f"{name}_accuracy")
    if not (classes or two):
        return found
    if evaluation.batch_size is not None:
        found.add(f"{name}_batch_accuracy")
    if evaluation.top_k is not None:
        found.add(f"{name}_top{evaluation.top_k}_accuracy")
    if evaluation.recall:
        labels = evaluation.labels or range(2 if two else classes)
        found |= {f"{name}_recall_{label}" for label in labels} | {f"{name}_macro_recall"}
    return found | {f"{name}_confused_{a}_{b}" for a, b in evaluation.confusions}
