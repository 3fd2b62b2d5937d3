"""Softmax, cross entropy and their relatives.

The first way is what a library offers in one call, or the formula under test; the second is the
textbook form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.backends.numpy_backend.losses import LOSSES
from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair, gradient


def _scores(inputs: Inputs) -> Any:
    return inputs.normal(inputs.examples, inputs.classes) * 3


def _one_hot(inputs: Inputs) -> Any:
    return np.eye(inputs.classes, dtype=inputs.dtype)[inputs.labels]


def nll_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """NLL of log-softmax; cross entropy of the NumPy backend."""
    scores = _scores(inputs)
    together = LOSSES["cross_entropy"](scores.copy(), inputs.labels)[0]
    return numeric.cross_entropy(scores, inputs.labels), together


def nll_torch(inputs: Inputs) -> tuple[Any, Any]:
    """``nll_loss(log_softmax(z))``; ``cross_entropy(z)``."""
    from torch.nn import functional

    scores, labels = inputs.put(_scores(inputs)), inputs.put(inputs.labels)
    apart = functional.nll_loss(functional.log_softmax(scores, dim=1), labels)
    return apart, functional.cross_entropy(scores, labels)


def shift_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Softmax of scores minus `amount`; softmax of scores."""
    scores = _scores(inputs)
    return _softmax(scores - inputs.dtype(inputs.amount)), _softmax(scores)


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores)  # without the usual shift, which is what is in question
    return raised / raised.sum(axis=1, keepdims=True)


def shift_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same with ``torch.softmax``."""
    import torch

    scores = inputs.put(_scores(inputs))
    return torch.softmax(scores - inputs.amount, dim=1), torch.softmax(scores, dim=1)


def _target_distribution(inputs: Inputs) -> Any:
    return np.exp(numeric.log_softmax(inputs.normal(inputs.examples, inputs.classes)))


def entropy_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Cross entropy of two distributions; entropy plus Kullback-Leibler divergence."""
    q, p = numeric.log_softmax(_scores(inputs)), _target_distribution(inputs)
    crossed = -(p * q).sum(axis=1)
    return crossed, -(p * np.log(p)).sum(axis=1) + (p * (np.log(p) - q)).sum(axis=1)


def entropy_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same, with ``cross_entropy`` of probabilities, ``Categorical.entropy`` and ``kl_div``."""
    import torch
    from torch.nn import functional

    scores, p = inputs.put(_scores(inputs)), inputs.put(_target_distribution(inputs))
    crossed = functional.cross_entropy(scores, p, reduction="none")
    q = functional.log_softmax(scores, dim=1)
    apart = functional.kl_div(q, p, reduction="none").sum(dim=1)
    entropy = torch.distributions.Categorical(probs=p).entropy()  # type: ignore[no-untyped-call]
    return crossed, entropy + apart


def one_hot_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Cross entropy against one-hot rows; against class indices."""
    scores = _scores(inputs)
    rows = -(_one_hot(inputs) * numeric.log_softmax(scores)).sum(axis=1).mean()
    return rows, LOSSES["cross_entropy"](scores.copy(), inputs.labels)[0]


def one_hot_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same with ``cross_entropy``, which takes both."""
    from torch.nn import functional

    scores, rows = inputs.put(_scores(inputs)), inputs.put(_one_hot(inputs))
    by_index = functional.cross_entropy(scores, inputs.put(inputs.labels))
    return functional.cross_entropy(scores, rows), by_index


def slope_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """``(p - y) / N``; the derivative of cross entropy by its scores, by the complex step."""
    scores = _scores(inputs)
    by_hand = (np.exp(numeric.log_softmax(scores)) - _one_hot(inputs)) / inputs.examples
    return by_hand, numeric.complex_step(lambda z: numeric.cross_entropy(z, inputs.labels), scores)


def slope_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same, by autograd."""
    import torch
    from torch.nn import functional

    scores = inputs.put(_scores(inputs), grad=True)
    loss = functional.cross_entropy(scores, inputs.put(inputs.labels))
    by_hand = (torch.softmax(scores, dim=1) - inputs.put(_one_hot(inputs))) / inputs.examples
    return by_hand, gradient(loss, scores)


PAIRS: Mapping[str, Pair] = {
    "nll_of_log_softmax": {"numpy": nll_numpy, "torch": nll_torch},
    "shifted_softmax": {"numpy": shift_numpy, "torch": shift_torch},
    "entropy_plus_divergence": {"numpy": entropy_numpy, "torch": entropy_torch},
    "one_hot_labels": {"numpy": one_hot_numpy, "torch": one_hot_torch},
    "cross_entropy_slope": {"numpy": slope_numpy, "torch": slope_torch},
}
