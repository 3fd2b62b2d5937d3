"""Units through which nothing flows: dropped ones, and dead ReLU units."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.autograd.tensors import backward, gradient, normal, tensor

UNITS = 64


@harness.experiment(
    metrics={"dropped": "fixed", "frozen": "fixed", "kept_frozen": "fixed"}, backends=["torch"]
)
def dropped_units(rng: Generator, device: str, examples: int = 8) -> Mapping[str, float]:
    """Go back through linear, dropout 0.5, linear with a batch of `examples`.

    ``frozen`` is the share of the (example, unit) pairs dropped in the batch whose unit's incoming
    weights get a gradient of exactly zero, ``kept_frozen`` that of units kept for some example.
    """
    import torch
    from torch import nn

    first, second = nn.Linear(8, UNITS), nn.Linear(UNITS, 3)
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**31)))
        for layer in (first, second):
            layer.reset_parameters()
        kept = nn.functional.dropout(torch.ones(examples, UNITS), 0.5)
    hidden = first(normal(rng, device, examples, 8).cpu())
    backward((second(hidden * kept) ** 2).mean())
    still = (gradient(first.weight) == 0).all(dim=1)
    dropped, used = kept == 0, (kept != 0).any(dim=0)
    frozen = (dropped & still).sum() / dropped.sum()
    return {
        "dropped": float(dropped.float().mean()),
        "frozen": float(frozen),
        "kept_frozen": float(still[used].float().mean()) if used.any() else 0.0,
    }


@harness.experiment(
    metrics={
        "sgd_moves": "fixed",
        "momentum_moves": "fixed",
        "decay_moves": "fixed",
        "adam_moves": "fixed",
    },
    backends=["torch"],
)
def dropped_update(device: str) -> Mapping[str, float]:
    """Update weights twice, the second time with a gradient of zero, by four rules.

    A rule that remembers, or decays weights, moves them all the same; each number is the size of
    the second update over that of the first.
    """
    import torch

    rules = {
        "sgd": (torch.optim.SGD, {}),
        "momentum": (torch.optim.SGD, {"momentum": 0.9}),
        "decay": (torch.optim.SGD, {"weight_decay": 0.01}),
        "adam": (torch.optim.Adam, {}),
    }
    found = {}
    for name, (make, options) in rules.items():
        w = tensor([2.0], device)
        rule = make([w], lr=0.125, **options)
        moves = []
        for slope in (1.0, 0.0):
            before = w.item()
            w.grad = torch.full_like(w, slope)
            rule.step()
            moves.append(abs(w.item() - before))
        found[f"{name}_moves"] = moves[1] / moves[0]
    return found


@harness.experiment(
    metrics={
        "first_weight": "fixed",
        "first_bias": "fixed",
        "last_weight": "fixed",
        "last_bias": "fixed",
    },
    backends=["torch"],
)
def dead_hidden_layer(rng: Generator, device: str, examples: int = 8) -> Mapping[str, float]:
    """Start linear, ReLU, linear with every hidden unit negative, and go back.

    Each number is the largest absolute gradient of a parameter.
    """
    import torch
    from torch import nn

    first, last = nn.Linear(8, UNITS).to(device), nn.Linear(UNITS, 3).to(device)
    nn.init.constant_(first.bias, -1000.0)
    nn.init.constant_(last.bias, 0.0)
    outputs = last(torch.relu(first(normal(rng, device, examples, 8))))
    backward(((outputs - normal(rng, device, examples, 3)) ** 2).mean())
    return {
        "first_weight": float(gradient(first.weight).abs().max()),
        "first_bias": float(gradient(first.bias).abs().max()),
        "last_weight": float(gradient(last.weight).abs().max()),
        "last_bias": float(gradient(last.bias).abs().max()),
    }


@harness.experiment(
    metrics={
        "zeroed_training": "fixed",
        "zeroed_evaluating": "fixed",
        "largest_training": "fixed",
        "largest_evaluating": "fixed",
        "mask_changes": "fixed",
        "parameters": "fixed",
    },
    backends=["torch"],
)
def every_dropout(rng: Generator, examples: int = 8) -> Mapping[str, float]:
    """Switch a dropout layer between training and evaluation; what it zeroes and how it scales."""
    import torch
    from torch import nn

    layer, x = nn.Dropout(0.5), torch.ones(examples, UNITS)
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**31)))
        training, again = layer.train()(x), layer(x)
    evaluating = layer.eval()(x)
    return {
        "zeroed_training": float((training == 0).float().mean()),
        "zeroed_evaluating": float((evaluating == 0).float().mean()),
        "largest_training": float(training.max()),
        "largest_evaluating": float(evaluating.max()),
        "mask_changes": not bool(torch.equal(training, again)),
        "parameters": len(list(layer.parameters())),
    }
