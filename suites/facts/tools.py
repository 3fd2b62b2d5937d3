"""Scenarios of PyTorch's tools around a model: data sets, loaders, optimizers and files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import difference, raises
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch

LR = 0.1


@harness.experiment(
    metrics={
        "length": "fixed",
        "item_is_tuple": "fixed",
        "item_length": "fixed",
        "item_difference": "fixed",
        "batch_rows": "fixed",
    },
    backends=["torch"],
)
def tensor_dataset(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """``TensorDataset``: its length, an item, and what a loader makes of it."""
    from torch.utils.data import DataLoader, TensorDataset

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
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


@harness.experiment(
    metrics={
        "shuffled_epochs_differ": "fixed",
        "each_example_once": "fixed",
        "plain_epochs_differ": "fixed",
        "plain_keeps_order": "fixed",
    },
    backends=["torch"],
)
def shuffling(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """Two epochs of a ``DataLoader`` over the numbers below `rows`, shuffled and not."""
    import torch
    from torch.utils.data import DataLoader

    setup = Setup(rng, device, rows=rows)
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


@harness.experiment(
    metrics={
        "train_length": "fixed",
        "validation_length": "fixed",
        "overlap": "fixed",
        "covered": "fixed",
        "in_order": "fixed",
        "same_with_same_seed": "fixed",
        "same_with_other_seed": "fixed",
        "same_unseeded": "fixed",
    },
    backends=["torch"],
)
def random_split(rng: Generator, device: str) -> Mapping[str, float]:
    """``random_split`` of 12,000 into 10,000 and 2,000, with and without a seeded generator."""
    import torch
    from torch.utils.data import random_split as split

    setup = Setup(rng, device)
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


@harness.experiment(
    metrics={"iterations_per_epoch": "fixed", "updates": "fixed", "times_seen": "fixed"},
    backends=["torch"],
)
def steps_and_epochs(rng: Generator, device: str) -> Mapping[str, float]:
    """Optimizer steps of 100 epochs over 1,000 examples in batches of 100."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    setup = Setup(rng, device)
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


@harness.experiment(
    metrics={
        "is_dict": "fixed",
        "entries": "fixed",
        "weight_and_bias": "fixed",
        "holds_the_class": "fixed",
        "round_trip_difference": "fixed",
        "other_shape_raises": "fixed",
    },
    backends=["torch"],
)
def saved_layer(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The state dict of a linear layer, to a file and back."""
    import torch
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, outputs=outputs)
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


@harness.experiment(
    metrics={
        "is_generator": "fixed",
        "tensors": "fixed",
        "scalars": "fixed",
        "norm_before": "fixed",
        "norm_after": "fixed",
    },
    backends=["torch"],
)
def parameter_list(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """``parameters()`` of a nested model: what it yields, its count, and clipping through it."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
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


@harness.experiment(
    metrics={"groups": "fixed", "step_ratio": "fixed"},
    backends=["torch"],
)
def two_rates(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """One step of SGD with a rate of its own for the second of two equal layers."""
    import copy

    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
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


@harness.experiment(
    metrics={
        "missing_gradient_raises": "fixed",
        "missing_gradient_moves": "fixed",
        "swap_raises": "fixed",
        "classic_difference": "fixed",
        "classic_difference_when_lr_falls": "positive",
    },
    backends=["torch"],
)
def sgd_update(rng: Generator, device: str, inputs: int = 784) -> Mapping[str, float]:
    """``SGD.step``: parameters without a gradient, swapped for Adam, and with momentum.

    Momentum is held against ``v = 0.9 v + lr * g; w = w - v`` over ten steps on a bowl, at one
    learning rate and at one that is divided by 10 half way; ``classic_*`` are the differences.
    """
    import torch

    setup = Setup(rng, device, inputs=inputs)
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
