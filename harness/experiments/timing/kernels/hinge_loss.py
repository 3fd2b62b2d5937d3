"""Kernel ``hinge_loss``: the multiclass SVM loss over two loops, one loop, or none.

As in the CS231n notes: ``L_i = sum_{j != y} max(0, 1 + s_j - s_y)`` with ``s = W x``, the mean
over the images, and its gradient by W; ``numerical`` takes the gradient by central differences.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import PositiveInt

from harness.config.table import Table
from harness.experiments.timing.kernels import Call, Kernel, Precision, Results, Setup
from harness.types import Array

ROWS = 2_000
"""Images that the reference takes at once, to bound its memory."""
STEP = 1e-6
"""Half the distance of a central difference; too small for float32."""


class Params(Table):
    """`n` images of `d` pixels in [0, 1) and `classes` classes; `gradient` beside the loss."""

    n: PositiveInt = 500
    d: PositiveInt = 3072
    classes: PositiveInt = 10
    gradient: bool = True
    precision: Precision = "float32"


def _inputs(params: Params, rng: np.random.Generator) -> dict[str, Array]:
    dtype = np.dtype(params.precision)
    return {
        "x": rng.random((params.n, params.d), dtype=dtype),
        "weight": (0.01 * rng.standard_normal((params.classes, params.d))).astype(dtype),
        "labels": rng.integers(params.classes, size=params.n),
    }


def _reference(params: Params, arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    loss, grad = 0.0, np.zeros(arrays["weight"].shape)
    for start in range(0, params.n, ROWS):
        x = arrays["x"][start : start + ROWS].astype(np.float64)
        true = np.eye(params.classes)[arrays["labels"][start : start + ROWS]]
        scores = x @ arrays["weight"].T.astype(np.float64)
        margins = (scores - (scores * true).sum(axis=1, keepdims=True) + 1) * (1 - true)
        over = (margins > 0).astype(np.float64)
        loss += float((margins * over).sum())
        grad += (over - true * over.sum(axis=1, keepdims=True)).T @ x
    results = np.array(loss / params.n), grad / params.n
    return results if params.gradient else results[:1]


def _two_loops(setup: Setup) -> Call:
    x, weight, labels = _arrays(setup)
    gradient = setup.params.gradient

    def loss_of_pairs() -> Results:
        loss, grad = 0.0, np.zeros_like(weight)
        for image, label in zip(x, labels, strict=True):
            true = weight[label] @ image
            for j in range(len(weight)):
                margin = weight[j] @ image - true + 1
                if j == label or margin <= 0:
                    continue
                loss += float(margin)
                if gradient:
                    grad[j] += image
                    grad[label] -= image
        return _mean(loss, grad, len(x), gradient)

    return loss_of_pairs


def _one_loop(setup: Setup) -> Call:
    x, weight, labels = _arrays(setup)
    gradient = setup.params.gradient

    def loss_of_images() -> Results:
        loss, grad = 0.0, np.zeros_like(weight)
        for image, label in zip(x, labels, strict=True):
            scores = weight @ image
            margins = np.maximum(scores - scores[label] + 1, 0)
            margins[label] = 0
            loss += float(margins.sum())
            if gradient:
                over = (margins > 0).astype(weight.dtype)
                over[label] = -over.sum()
                grad += np.outer(over, image)
        return _mean(loss, grad, len(x), gradient)

    return loss_of_images


def _no_loop(setup: Setup) -> Call:
    x, weight, labels = _arrays(setup)
    gradient, rows = setup.params.gradient, np.arange(len(x))

    def loss_of_all() -> Results:
        scores = x @ weight.T
        margins = np.maximum(scores - scores[rows, labels][:, None] + 1, 0)
        margins[rows, labels] = 0
        loss = margins.sum()
        if not gradient:
            return _mean(loss, None, len(x), gradient)
        over = (margins > 0).astype(weight.dtype)
        over[rows, labels] = -over.sum(axis=1)
        return _mean(loss, over.T @ x, len(x), gradient)

    return loss_of_all


def _numerical(setup: Setup) -> Call:
    x, weight, labels = _arrays(setup)
    rows = np.arange(len(x))

    def loss_at(moved: Array) -> float:
        scores = x @ moved.T
        margins = np.maximum(scores - scores[rows, labels][:, None] + 1, 0)
        return float(margins.sum()) / len(x) - 1  # the label's own margin is always 1

    def loss_of_all() -> Results:
        if not setup.params.gradient:
            return (loss_at(weight),)
        moved, grad = weight.copy(), np.empty_like(weight)
        for index in np.ndindex(weight.shape):
            ends = []
            for step in (STEP, -STEP):
                moved[index] = weight[index] + step
                ends.append(loss_at(moved))
            moved[index] = weight[index]
            grad[index] = (ends[0] - ends[1]) / (2 * STEP)
        return loss_at(weight), grad

    return loss_of_all


def _torch_no_loop(setup: Setup) -> Call:
    import torch

    here = setup.handles()
    x, weight, labels = here["x"], here["weight"], here["labels"][:, None]

    def loss_of_all() -> Results:
        scores = x @ weight.T
        margins = torch.relu(scores - scores.gather(1, labels) + 1).scatter(1, labels, 0.0)
        loss = margins.sum() / len(x)
        if not setup.params.gradient:
            return (loss,)
        over = (margins > 0).to(weight.dtype)
        over = over.scatter(1, labels, -over.sum(dim=1, keepdim=True))
        return loss, over.T @ x / len(x)

    return loss_of_all


def _arrays(setup: Setup) -> tuple[Array, Array, Array]:
    return setup.arrays["x"], setup.arrays["weight"], setup.arrays["labels"]


def _mean(loss: float, grad: Array | None, n: int, gradient: bool) -> Results:
    return (loss / n, grad / n) if gradient and grad is not None else (loss / n,)


KERNEL = Kernel(
    name="hinge_loss",
    does="the multiclass SVM loss over two loops, one loop, or none",
    params=Params,
    inputs=_inputs,
    reference=_reference,
    variants={
        "numpy": {
            "two_loops": _two_loops,
            "one_loop": _one_loop,
            "no_loop": _no_loop,
            "numerical": _numerical,
        },
        "torch": {"no_loop": _torch_no_loop},
    },
)
