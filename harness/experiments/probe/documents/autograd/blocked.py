"""Units through which nothing flows: dropped ones, and dead ReLU units."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.probe.documents.autograd.scenario import (
    Scenario,
    Scene,
    backward,
    gradient,
    torch_only,
)

Metrics = Mapping[str, float]
UNITS = 64


def dropped_units(scene: Scene) -> Metrics:
    """Go back through linear, dropout 0.5, linear with a batch of `examples`.

    ``frozen`` is the share of the (example, unit) pairs dropped in the batch whose unit's incoming
    weights get a gradient of exactly zero, ``kept_frozen`` that of units kept for some example.
    """
    import torch
    from torch import nn

    first, second = nn.Linear(8, UNITS), nn.Linear(UNITS, 3)
    with torch.random.fork_rng():
        torch.manual_seed(int(scene.rng.integers(2**31)))
        for layer in (first, second):
            layer.reset_parameters()
        kept = nn.functional.dropout(torch.ones(scene.examples, UNITS), 0.5)
    hidden = first(scene.normal(scene.examples, 8).cpu())
    backward((second(hidden * kept) ** 2).mean())
    still = (gradient(first.weight) == 0).all(dim=1)
    dropped, used = kept == 0, (kept != 0).any(dim=0)
    frozen = (dropped & still).sum() / dropped.sum()
    return {
        "dropped": float(dropped.float().mean()),
        "frozen": float(frozen),
        "kept_frozen": float(still[used].float().mean()) if used.any() else 0.0,
    }


def dropped_update(scene: Scene) -> Metrics:
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
        w = scene.tensor([2.0])
        rule = make([w], lr=0.125, **options)
        moves = []
        for slope in (1.0, 0.0):
            before = w.item()
            w.grad = torch.full_like(w, slope)
            rule.step()
            moves.append(abs(w.item() - before))
        found[f"{name}_moves"] = moves[1] / moves[0]
    return found


def dead_hidden_layer(scene: Scene) -> Metrics:
    """Start linear, ReLU, linear with every hidden unit negative, and go back.

    Each number is the largest absolute gradient of a parameter.
    """
    import torch
    from torch import nn

    first, last = nn.Linear(8, UNITS).to(scene.device), nn.Linear(UNITS, 3).to(scene.device)
    nn.init.constant_(first.bias, -1000.0)
    nn.init.constant_(last.bias, 0.0)
    outputs = last(torch.relu(first(scene.normal(scene.examples, 8))))
    backward(((outputs - scene.normal(scene.examples, 3)) ** 2).mean())
    return {
        "first_weight": float(gradient(first.weight).abs().max()),
        "first_bias": float(gradient(first.bias).abs().max()),
        "last_weight": float(gradient(last.weight).abs().max()),
        "last_bias": float(gradient(last.bias).abs().max()),
    }


def every_dropout(scene: Scene) -> Metrics:
    """Switch a dropout layer between training and evaluation; what it zeroes and how it scales."""
    import torch
    from torch import nn

    layer, x = nn.Dropout(0.5), torch.ones(scene.examples, UNITS)
    with torch.random.fork_rng():
        torch.manual_seed(int(scene.rng.integers(2**31)))
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


SCENARIOS: Mapping[str, Scenario] = {
    "dropped_units": torch_only(dropped_units, "dropped", "frozen", "kept_frozen"),
    "dropped_update": torch_only(
        dropped_update, "sgd_moves", "momentum_moves", "decay_moves", "adam_moves"
    ),
    "dead_hidden_layer": torch_only(
        dead_hidden_layer, "first_weight", "first_bias", "last_weight", "last_bias"
    ),
    "every_dropout": torch_only(
        every_dropout,
        "zeroed_training",
        "zeroed_evaluating",
        "largest_training",
        "largest_evaluating",
        "mask_changes",
        "parameters",
    ),
}
