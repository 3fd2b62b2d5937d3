"""The backward pass of linear, ReLU, linear by hand, against autograd or the complex step.

On NumPy the reference perturbs every parameter in turn, so keep ``features`` small there, or give
the first layer's few units to perturb through ``units``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator

from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from harness.types import Array
from suites.equivalence.ways import Inputs, apart, host, on_both
from suites.facts import numeric

Parameters = dict[str, Any]


@on_both
def two_layers_by_hand(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
    classes: int = 10,
) -> Mapping[str, float]:
    """Gradients by hand, in NumPy; by the complex step or by autograd."""
    inputs = Inputs(rng, device, examples, features, classes, data, scaler)
    p = {
        "w1": inputs.weights(units, inputs.width),
        "b1": inputs.normal(units) * 0.1,
        "w2": inputs.weights(classes, units),
        "b2": inputs.normal(classes) * 0.1,
    }
    reference = _by_step(p, inputs) if backend == "numpy" else _by_autograd(p, inputs)
    return apart(_flat(_by_hand(p, inputs.x, inputs.labels)), _flat(reference))


def _by_hand(p: Parameters, x: Array, labels: Array) -> Parameters:
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


def _by_step(parameters: Parameters, inputs: Inputs) -> Parameters:
    def loss(p: Parameters) -> Any:
        hidden = numeric.relu(inputs.x @ p["w1"].T + p["b1"])
        return numeric.cross_entropy(hidden @ p["w2"].T + p["b2"], inputs.labels)

    return {
        name: numeric.complex_step(lambda z, name=name: loss({**parameters, name: z}), value)  # type: ignore[misc]
        for name, value in parameters.items()
    }


def _by_autograd(parameters: Parameters, inputs: Inputs) -> Parameters:
    import torch
    from torch.nn import functional

    leaves = {name: inputs.put(value, grad=True) for name, value in parameters.items()}
    hidden = torch.relu(functional.linear(inputs.put(inputs.x), leaves["w1"], leaves["b1"]))
    scores = functional.linear(hidden, leaves["w2"], leaves["b2"])
    loss = functional.cross_entropy(scores, inputs.put(inputs.labels))
    found = torch.autograd.grad(loss, list(leaves.values()))
    return {name: host(grad) for name, grad in zip(leaves, found, strict=True)}
