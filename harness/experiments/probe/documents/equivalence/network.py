"""The backward pass of linear, ReLU, linear by hand, against autograd or the complex step.

On NumPy the reference perturbs every parameter in turn, so keep ``features`` small there, or give
the first layer's few units to perturb through ``units``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair

Parameters = dict[str, Any]


def _parameters(inputs: Inputs) -> Parameters:
    width = int(inputs.x.shape[1])
    return {
        "w1": inputs.weights(inputs.units, width),
        "b1": inputs.normal(inputs.units) * inputs.dtype(0.1),
        "w2": inputs.weights(inputs.classes, inputs.units),
        "b2": inputs.normal(inputs.classes) * inputs.dtype(0.1),
    }


def by_hand(p: Parameters, x: Any, labels: Any) -> Parameters:
    """Return the gradients of the mean cross entropy, written out.

    Parameters
    ----------
    p : dict of str to ndarray
        w1 (H, D), b1 (H,), w2 (C, H), b2 (C,).
    x : ndarray, (N, D)
    labels : ndarray, (N,), int64
    """
    z1 = x @ p["w1"].T + p["b1"]
    a1 = numeric.relu(z1)
    z2 = a1 @ p["w2"].T + p["b2"]
    delta2 = np.exp(numeric.log_softmax(z2))
    delta2[np.arange(len(labels)), labels] -= 1
    delta2 /= len(labels)
    delta1 = (delta2 @ p["w2"]) * (z1 > 0)
    return {
        "w1": delta1.T @ x,
        "b1": delta1.sum(axis=0),
        "w2": delta2.T @ a1,
        "b2": delta2.sum(axis=0),
    }


def _flat(gradients: Mapping[str, Any]) -> Any:
    return np.concatenate([np.ravel(gradients[name]) for name in ("w1", "b1", "w2", "b2")])


def two_layers_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Gradients by hand; by the complex step."""
    parameters, x, labels = _parameters(inputs), inputs.x, inputs.labels

    def loss(p: Parameters) -> Any:
        hidden = numeric.relu(x @ p["w1"].T + p["b1"])
        return numeric.cross_entropy(hidden @ p["w2"].T + p["b2"], labels)

    reference = {
        name: numeric.complex_step(lambda z, name=name: loss({**parameters, name: z}), value)  # type: ignore[misc]
        for name, value in parameters.items()
    }
    return _flat(by_hand(parameters, x, labels)), _flat(reference)


def two_layers_torch(inputs: Inputs) -> tuple[Any, Any]:
    """Gradients by hand, in NumPy; by autograd."""
    import torch
    from torch.nn import functional

    parameters = _parameters(inputs)
    leaves = {name: inputs.put(value, grad=True) for name, value in parameters.items()}
    hidden = torch.relu(functional.linear(inputs.put(inputs.x), leaves["w1"], leaves["b1"]))
    scores = functional.linear(hidden, leaves["w2"], leaves["b2"])
    loss = functional.cross_entropy(scores, inputs.put(inputs.labels))
    found = torch.autograd.grad(loss, list(leaves.values()))
    reference = {name: inputs.host(grad) for name, grad in zip(leaves, found, strict=True)}
    return _flat(by_hand(parameters, inputs.x, inputs.labels)), _flat(reference)


PAIRS: Mapping[str, Pair] = {
    "two_layers_by_hand": {"numpy": two_layers_numpy, "torch": two_layers_torch},
}
