"""Evaluations of a network on parts of the data, as ``[train] evaluate`` describes them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache

import numpy as np

from harness.backends.protocol import Handle
from harness.config.train import Evaluation, Train
from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.loop import targets
from harness.experiments.train.scores import Scores, metrics
from harness.types import Array

BLOCK_BYTES = 64 * 2**20
"""Memory that the scaled examples of one block of an evaluation may take."""
TEST = Evaluation(name="test")
"""The test part as it is."""
KEPT_BYTES = 256 * 2**20
"""Memory that kept blocks may take."""


class Shown:
    """Blocks of examples as networks see them, kept for the next network on the same data."""

    def __init__(self) -> None:
        self._blocks: dict[Hashable, Handle] = {}
        self._bytes = 0

    def block(self, key: Hashable, size: int, make: Callable[[], Handle]) -> Handle:
        """Return what `make` makes of `size` bytes; what was made before under the key if kept."""
        if key not in self._blocks:
            made = make()
            if self._bytes + size > KEPT_BYTES:
                return made
            self._blocks[key], self._bytes = made, self._bytes + size
        return self._blocks[key]


class Evaluator:
    """Evaluates a network on named parts, each at most once.

    Parameters
    ----------
    context : Context
    task : Task
        With the trained network.
    split : Parts
    shown : Shown, optional
        Where to keep the examples for networks on the same data, scale and dtype.
    """

    def __init__(
        self, context: Context, task: Task, split: Parts, shown: Shown | None = None
    ) -> None:
        self._context, self._task, self._shown = context, task, shown
        self._parts: Mapping[str, tuple[Array, Array]] = {
            "train": (split.x_train, split.y_train),
            "validation": (split.x_validation, split.y_validation),
            "test": (split.x_test, split.y_test),
        }
        self._known: dict[Evaluation, Scores] = {}

    def scores(self, evaluation: Evaluation = TEST) -> Scores:
        """Return the scores of an evaluation.

        In mode ``train`` dropout draws its masks from the cell's stream; running statistics are
        put back afterwards.

        Raises
        ------
        DataUnfit
            If the part has no examples, or they cannot be shifted or inverted.
        """
        # What is taken from the scores afterwards makes no other scores.
        key = Evaluation(
            name="",
            part=evaluation.part,
            scale=evaluation.scale or self._task.data.scale,
            mode=evaluation.mode,
            batch_size=evaluation.batch_size,
            labels=evaluation.labels,
            shift=evaluation.shift,
            inverted=evaluation.inverted,
        )
        if key not in self._known:
            self._known[key] = self._score(key)
        return self._known[key]

    def metrics(self) -> dict[str, float]:
        """Return the metrics of every evaluation of ``[train]``."""
        found: dict[str, float] = {}
        for evaluation in self._task.train.evaluate:
            found |= metrics(self.scores(evaluation), evaluation)
        return found

    def _score(self, evaluation: Evaluation) -> Scores:
        x, y = self._examples(evaluation)
        network, train = self._task.network, self._task.train
        y = targets(y, train.dtype)
        width = int(np.prod(x.shape[1:])) * np.dtype(train.dtype).itemsize
        size = evaluation.batch_size or max(1, BLOCK_BYTES // width)
        blocks = [slice(start, start + size) for start in range(0, len(x), size)]
        scaler = cache(lambda: Scaler.of(self._task.data, self._task.split, evaluation.scale))
        training = evaluation.mode == "train"

        def block(rows: slice) -> tuple[Array, float]:
            def here() -> Handle:
                scaled = scaler().apply(moved(x[rows], evaluation.shift), train.dtype)
                return self._context.backend.put(scaled, self._context.device)

            shown = self._shown
            key = (evaluation, rows.start)
            seen = here() if shown is None else shown.block(key, len(y[rows]) * width, here)
            return self._block(seen, y[rows], training=training)

        with network.statistics_kept() if training else nullcontext():
            scored = [block(rows) for rows in blocks]
        outputs = np.concatenate([outputs for outputs, _ in scored])
        return Scores(outputs, y, _total(scored, train))

    def _examples(self, evaluation: Evaluation) -> tuple[Array, Array]:
        x, y = self._parts[evaluation.part]
        if evaluation.inverted:
            x = inverted(x)
        if evaluation.labels:
            rows = np.isin(np.asarray(y).reshape(len(y), -1)[:, 0], evaluation.labels)
            x, y = x[rows], y[rows]
        if not len(x):
            of_labels = f" of the classes {evaluation.labels}" if evaluation.labels else ""
            raise DataUnfit(
                f"an evaluation on part {evaluation.part!r} must find examples{of_labels} there, "
                f"got none; set [data] n_{evaluation.part}"
            )
        return x, y

    def _block(self, x: Handle, y: Array, *, training: bool) -> tuple[Array, float]:
        backend, network = self._context.backend, self._task.network
        right = backend.put(y, self._context.device)
        if training:  # each pass draws its own masks
            outputs = backend.array(network.predict(x, training=True))
            return outputs, network.loss(x, right, training=True)
        found, loss = network.score(x, right)
        return backend.array(found), loss


def _total(scored: Sequence[tuple[Array, float]], train: Train) -> float:
    """Return the loss over all blocks from the outputs and the loss of each."""
    if train.reduction == "sum" and len(scored) > 1:
        if train.l2 or train.l1:
            raise UsageError(
                'with reduction = "sum" and a penalty an evaluation must fit into one block, got '
                f"{len(scored)}: evaluate fewer examples or leave out l1 and l2"
            )
        return sum(loss for _, loss in scored)
    # The penalties are the same in every block, so the weighted mean keeps them once.
    return sum(loss * len(o) for o, loss in scored) / sum(len(o) for o, _ in scored)


def inverted(x: Array) -> Array:
    """Return images (n, *shape) with light and dark swapped.

    Raises
    ------
    DataUnfit
        If the examples are not pixels.
    """
    if x.dtype != np.uint8:
        raise DataUnfit(
            f"an evaluation's inverted must be false for examples that are not pixels, "
            f"got {x.dtype}"
        )
    return 255 - x


def moved(x: Array, shift: tuple[int, int]) -> Array:
    """Return images (n, C, H, W) moved down and right by `shift` pixels, 0 moving in.

    Raises
    ------
    DataUnfit
        If the examples are not images.
    """
    if shift == (0, 0):
        return x
    if x.ndim != 4:
        raise DataUnfit(
            f"an evaluation's shift must be [0, 0] for examples that are not images, "
            f"got {list(shift)} for examples of shape {x.shape[1:]}"
        )
    image = np.zeros_like(x)
    (to_rows, from_rows), (to_columns, from_columns) = (_overlap(by) for by in shift)
    image[:, :, to_rows, to_columns] = x[:, :, from_rows, from_columns]
    return image


def _overlap(by: int) -> tuple[slice, slice]:
    """Return where pixels go to and where they come from, along one side."""
    if by < 0:
        return slice(None, by), slice(-by, None)
    return slice(by, None), slice(None, -by or None)
