"""What a stack lowers: losses, from outputs (S, N, C) and targets to one a member; penalties.

Labels are (S, N), targets (S, N, D). Terms of one example, or one element, and their derivatives
are torch's own; each member has the mean, or the sum, of its own: every term counts by `share`, 1
over their number or 1. The gradient is that of the sum over members, which is that of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch.nn import functional

from harness.backends.torch_backend.stack.parameters import Flat
from harness.config.train import CLASS_LOSSES, Train
from harness.types import Array

Found = tuple[torch.Tensor, torch.Tensor]
Terms = Callable[[torch.Tensor, torch.Tensor, float], Found]
"""From outputs, targets and share to what is averaged, (S, ...), and the gradient."""
NONE = 0
"""The number that torch's kernels have for ``reduction="none"``."""
aten = torch.ops.aten
bce, bce_backward = aten.binary_cross_entropy.default, aten.binary_cross_entropy_backward.default


def _even(like: torch.Tensor, share: float) -> torch.Tensor:
    """Return the gradient of terms (S, ...) that all count alike."""
    return torch.full_like(like, share)


def nll(log_probabilities: torch.Tensor, labels: torch.Tensor, share: float) -> Found:
    """Return ``-log_probabilities[s, i, y_si]``."""
    true = labels[:, :, None]
    grad = torch.zeros_like(log_probabilities).scatter_(2, true, -share)
    return log_probabilities.gather(2, true).neg_(), grad


def cross_entropy(scores: torch.Tensor, labels: torch.Tensor, share: float) -> Found:
    """Return ``log(sum_j exp(s_j)) - s_y``."""
    logs = torch.log_softmax(scores, 2)
    terms, grad = nll(logs, labels, share)
    return terms, aten._log_softmax_backward_data(grad, logs, 2, logs.dtype)


def multiclass_hinge(scores: torch.Tensor, labels: torch.Tensor, share: float) -> Found:
    """Return ``sum_{j != y} max(0, 1 + s_j - s_y)``."""
    true = labels[:, :, None]
    margins = torch.sub(scores, scores.gather(2, true)).add_(1).relu_().scatter_(2, true, 0.0)
    grad = aten.threshold_backward(_even(margins, share), margins, 0)
    return margins.sum(2), grad.scatter_(2, true, grad.sum(2, keepdim=True).neg_())


def binary_cross_entropy(probabilities: torch.Tensor, targets: torch.Tensor, share: float) -> Found:
    """Return torch's terms, and nan for a nan, which torch refuses: one member may diverge."""
    even = _even(probabilities, share)
    grad = bce_backward(even, probabilities, targets, None, NONE)
    if probabilities.device.type == "cpu":
        try:
            return bce(probabilities, targets, None, NONE), grad
        except RuntimeError:
            if not probabilities.isnan().any():
                raise
    # Elsewhere there is nothing to catch: the check ends the process.
    known = probabilities.nan_to_num(nan=0.5)
    terms = bce(known, targets, None, NONE)
    return terms.add_(probabilities, alpha=0.0), grad


def mse(outputs: torch.Tensor, targets: torch.Tensor, share: float) -> Found:
    """Return the squared errors.

    The gradient has the form of ``mse_loss``: that of single squares, 2 (o - t), would overflow
    before its mean does, and a training that diverges would see nan a step sooner than alone.
    """
    apart = outputs - targets
    return apart.square(), apart.mul_(2.0 * share)


def l1(outputs: torch.Tensor, targets: torch.Tensor, share: float) -> Found:
    """Return the absolute errors."""
    apart = outputs - targets
    return apart.abs(), apart.sign_().mul_(share)


def huber(outputs: torch.Tensor, targets: torch.Tensor, share: float, delta: float) -> Found:
    """Return Huber's function of the errors."""
    terms = functional.huber_loss(outputs, targets, reduction="none", delta=delta)
    even = _even(outputs, share)
    return terms, aten.huber_loss_backward(even, outputs, targets, NONE, delta)


LOSSES: Mapping[str, Terms] = {
    "cross_entropy": cross_entropy,
    "nll": nll,
    "multiclass_hinge": multiclass_hinge,
    "binary_cross_entropy": binary_cross_entropy,
    "mse": mse,
    "l1": l1,
    "huber": partial(huber, delta=1.0),
}


def build(train: Train) -> Callable[[torch.Tensor, torch.Tensor], Found]:
    """Return the loss of every member (S,) and its gradient, as ``[train]`` has it."""
    classes, mean = train.loss in CLASS_LOSSES, train.reduction == "mean"
    huber_of = partial(huber, delta=train.huber_delta)
    terms_of = huber_of if train.loss == "huber" else LOSSES[train.loss]
    reduce = torch.mean if mean else torch.sum

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> Found:
        count = outputs.shape[1] if classes else outputs[0].numel()
        terms, grad = terms_of(outputs, targets, 1.0 / count if mean else 1.0)
        return reduce(terms.flatten(1), 1), grad

    return loss


class Penalties:
    """``0.5 * l2 * sum(W**2) + l1 * sum(|W|)`` of every member.

    Parameters
    ----------
    l2, l1 : ndarray, (members,), or None
        Their sizes.
    names : sequence of str
        The parameters that they cover.
    params, grads : Flat
        All parameters, and d loss / d parameter.
    """

    def __init__(
        self, l2: Array | None, l1: Array | None, names: Sequence[str], params: Flat, grads: Flat
    ) -> None:
        self._l2, self._l1 = (
            None if size is None else torch.from_numpy(size).to(params.whole) for size in (l2, l1)
        )
        self._pairs = [(params.parts[name], grads.parts[name]) for name in names]

    def added(self, losses: torch.Tensor) -> torch.Tensor:
        """Return losses (members,) with the penalties."""
        for weight, _ in self._pairs:
            if self._l2 is not None:
                losses = losses + 0.5 * self._l2 * weight.square().sum((1, 2))
            if self._l1 is not None:
                losses = losses + self._l1 * weight.abs().sum((1, 2))
        return losses

    def pull(self) -> None:
        """Add the penalties' gradients."""
        for weight, grad in self._pairs:
            if self._l2 is not None:
                grad.addcmul_(weight, self._l2[:, None, None])
            if self._l1 is not None:
                grad.addcmul_(weight.sign(), self._l1[:, None, None])
