"""Scenarios of PyTorch's tools around a model: data sets, loaders, optimizers and files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from harness.experiments.probe.documents.facts.outcomes import difference, raises
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup

if TYPE_CHECKING:
    import torch

LR = 0.1


def tensor_dataset(setup: Setup) -> Mapping[str, float]:
    """``TensorDataset``: its length, an item, and what a loader makes of it."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = setup.normal(setup.rows, setup.inputs), setup.normal(setup.rows, setup.outputs)
    dataset = TensorDataset(x, y)
    item = dataset[3]
    first = next(iter(DataLoader(dataset, batch_size=8)))
    return {
        "length": len(dataset),
        "item_is_tuple": isinstance(item, tuple),
        "item_length": len(item),
        "item_difference": difference(item[0], x[3]) + difference(item[1], y[3]),
        "batch_rows": len(first[0]),
    }


def shuffling(setup: Setup) -> Mapping[str, float]:
    """Two epochs of a ``DataLoader`` over the numbers below `rows`, shuffled and not."""
    import torch
    from torch.utils.data import DataLoader

    numbers: Any = torch.arange(setup.rows)

    def epochs(*, shuffle: bool) -> list[torch.Tensor]:
        loader = DataLoader(numbers, batch_size=8, shuffle=shuffle)
        return [torch.cat(list(loader)) for _ in range(2)]

    first, second = epochs(shuffle=True)
    plain = epochs(shuffle=False)
    return {
        "shuffled_epochs_differ": not torch.equal(first, second),
        "each_example_once": torch.equal(first.sort().values, numbers),
        "plain_epochs_differ": not torch.equal(*plain),
        "plain_keeps_order": torch.equal(plain[0], numbers),
    }


def random_split(setup: Setup) -> Mapping[str, float]:
    """``random_split`` of 12,000 into 10,000 and 2,000, with and without a seeded generator."""
    import torch
    from torch.utils.data import random_split as split

    numbers: Any = range(12_000)

    def parts(seed: int | None) -> list[list[int]]:
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        found = split(numbers, [10_000, 2_000], generator=generator)
        return [list(part.indices) for part in found]

    seed, another = (int(drawn) for drawn in setup.rng.integers(2**31, size=2))
    (train, validation), again, other = parts(seed), parts(seed), parts(another)
    return {
        "train_length": len(train),
        "validation_length": len(validation),
        "overlap": len(set(train) & set(validation)),
        "covered": len(set(train) | set(validation)),
        "in_order": train == sorted(train),
        "same_with_same_seed": [train, validation] == again,
        "same_with_other_seed": [train, validation] == other,
        "same_unseeded": parts(None) == parts(None),
    }


def steps_and_epochs(setup: Setup) -> Mapping[str, float]:
    """Optimizer steps of 100 epochs over 1,000 examples in batches of 100."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    loader = DataLoader(TensorDataset(setup.normal(1000, 1)), batch_size=100, shuffle=True)
    layer, updates, seen = nn.Linear(1, 1).to(setup.device), 0, 0
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.01)
    for _ in range(100):
        for (x,) in loader:
            optimizer.zero_grad()
            (layer(x) ** 2).mean().backward()
            optimizer.step()
            updates, seen = updates + 1, seen + len(x)
    return {
        "iterations_per_epoch": len(loader),
        "updates": updates,
        "times_seen": seen / 1000,
    }


def saved_layer(setup: Setup) -> Mapping[str, float]:
    """The state dict of a linear layer, to a file and back."""
    import torch
    from torch import nn

    layer = nn.Linear(setup.inputs, setup.outputs)
    state = layer.state_dict()
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)
    other = nn.Linear(setup.inputs, setup.outputs)
    other.load_state_dict(loaded)
    wider = nn.Linear(setup.inputs + 1, setup.outputs)
    return {
        "is_dict": isinstance(state, dict),
        "entries": len(state),
        "weight_and_bias": set(state) == {"weight", "bias"},
        "holds_the_class": b"Linear" in file.getvalue(),
        "round_trip_difference": difference(other.weight, layer.weight)
        + difference(other.bias, layer.bias),
        "other_shape_raises": raises(lambda: wider.load_state_dict(loaded)),
    }


def parameter_list(setup: Setup) -> Mapping[str, float]:
    """``parameters()`` of a nested model: what it yields, its count, and clipping through it."""
    import torch
    from torch import nn

    inner = nn.Sequential(nn.Linear(setup.inputs, setup.outputs), nn.ReLU())
    model = nn.Sequential(inner, nn.Linear(setup.outputs, 1)).to(setup.device)
    (1000 * model(setup.normal(setup.rows, setup.inputs)) ** 2).mean().backward()
    before = float(nn.utils.clip_grad_norm_(model.parameters(), 1.0))
    after = torch.cat([p.grad.ravel() for p in model.parameters() if p.grad is not None]).norm()
    return {
        "is_generator": isinstance(model.parameters(), GeneratorType),
        "tensors": len(list(model.parameters())),
        "scalars": sum(p.numel() for p in model.parameters()),
        "norm_before": before,
        "norm_after": float(after),
    }


def two_rates(setup: Setup) -> Mapping[str, float]:
    """One step of SGD with a rate of its own for the second of two equal layers."""
    import copy

    import torch
    from torch import nn

    first = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    second, x = copy.deepcopy(first), setup.normal(setup.rows, setup.inputs)
    start = first.weight.detach().clone()
    groups: list[dict[str, Any]] = [
        {"params": first.parameters()},
        {"params": second.parameters(), "lr": LR / 10},
    ]
    optimizer = torch.optim.SGD(groups, lr=LR)
    for layer in (first, second):
        (layer(x) ** 2).mean().backward()
    optimizer.step()
    moved = [float((layer.weight - start).norm()) for layer in (first, second)]
    return {"groups": len(optimizer.param_groups), "step_ratio": moved[0] / moved[1]}


def sgd_update(setup: Setup) -> Mapping[str, float]:
    """``SGD.step``: parameters without a gradient, swapped for Adam, and with momentum.

    Momentum is held against ``v = 0.9 v + lr * g; w = w - v`` over ten steps on a bowl, at one
    learning rate and at one that is divided by 10 half way; ``classic_*`` are the differences.
    """
    import torch

    w, unused = setup.normal(setup.inputs).requires_grad_(), setup.normal(3).requires_grad_()
    before = unused.detach().clone()
    optimizer: Any = torch.optim.SGD([w, unused], lr=LR)
    (w**2).sum().backward()  # type: ignore[no-untyped-call]
    refused = raises(optimizer.step)
    swapped = torch.optim.Adam([w, unused], lr=LR)
    return {
        "missing_gradient_raises": refused,
        "missing_gradient_moves": difference(unused, before),
        "swap_raises": raises(swapped.step),
        "classic_difference": _momentum(setup, 1.0),
        "classic_difference_when_lr_falls": _momentum(setup, 0.1),
    }


def _momentum(setup: Setup, factor: float) -> float:
    import torch

    start = setup.normal(setup.inputs).double()
    ours, velocity = start.clone(), torch.zeros_like(start)
    theirs = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([theirs], lr=LR, momentum=0.9)
    for step in range(10):
        lr = LR * (factor if step >= 5 else 1.0)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        (theirs**2).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        velocity = 0.9 * velocity + lr * 2 * ours
        ours = ours - velocity
    return difference(ours, theirs)


SCENARIOS: Mapping[str, Scenario] = {
    "tensor_dataset": Scenario(
        ("length", "item_is_tuple", "item_length", "item_difference", "batch_rows"), tensor_dataset
    ),
    "shuffling": Scenario(
        (
            "shuffled_epochs_differ",
            "each_example_once",
            "plain_epochs_differ",
            "plain_keeps_order",
        ),
        shuffling,
        revision=1,
    ),
    "random_split": Scenario(
        (
            "train_length",
            "validation_length",
            "overlap",
            "covered",
            "in_order",
            "same_with_same_seed",
            "same_with_other_seed",
            "same_unseeded",
        ),
        random_split,
        revision=1,
    ),
    "steps_and_epochs": Scenario(
        ("iterations_per_epoch", "updates", "times_seen"), steps_and_epochs
    ),
    "saved_layer": Scenario(
        (
            "is_dict",
            "entries",
            "weight_and_bias",
            "holds_the_class",
            "round_trip_difference",
            "other_shape_raises",
        ),
        saved_layer,
    ),
    "parameter_list": Scenario(
        ("is_generator", "tensors", "scalars", "norm_before", "norm_after"), parameter_list
    ),
    "two_rates": Scenario(("groups", "step_ratio"), two_rates),
    "sgd_update": Scenario(
        (
            "missing_gradient_raises",
            "missing_gradient_moves",
            "swap_raises",
            "classic_difference",
            "classic_difference_when_lr_falls",
        ),
        sgd_update,
    ),
}
