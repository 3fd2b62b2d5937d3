"""Scenarios of ``torch.nn.Module``: what it registers, moves, saves, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.setups import Setup

if TYPE_CHECKING:
    from torch import nn


def _two_layers(setup: Setup) -> nn.Module:
    """Return a module with a layer and a container of its own, the way tutorials write one."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer1 = nn.Linear(setup.inputs, setup.outputs)
            self.inner = nn.Sequential(nn.ReLU(), nn.Linear(setup.outputs, setup.outputs))

        def forward(self, x: Any) -> Any:
            return self.inner(self.layer1(x))

    return Model().to(setup.device)


@harness.experiment(
    metrics={
        "parameter_tensors": "fixed",
        "parameter_count": "fixed",
        "state_dict_keys": "fixed",
        "moved_share": "fixed",
        "listed_layer_tensors": "fixed",
    },
    backends=["torch"],
)
def module_registration(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """What a module knows of layers that were only assigned to it."""
    setup = Setup(rng, device, inputs=inputs, outputs=outputs)
    model = _two_layers(setup)
    parameters = list(model.parameters())
    # On cpu the device without memory stands for another device.
    elsewhere = "meta" if setup.device == "cpu" else setup.device
    moved = _two_layers(setup).to(elsewhere).parameters()
    return {
        "parameter_tensors": len(parameters),
        "parameter_count": sum(p.numel() for p in parameters),
        "state_dict_keys": len(model.state_dict()),
        "moved_share": sum(p.device.type == elsewhere for p in moved) / len(parameters),
        "listed_layer_tensors": _in_a_list(setup),
    }


def _in_a_list(setup: Setup) -> int:
    """Return how many parameters are found of a layer kept in a plain Python list."""
    from torch import nn

    model = nn.Module()
    model.layers = [nn.Linear(setup.inputs, setup.outputs)]  # type: ignore[assignment]
    return len(list(model.parameters()))


@harness.experiment(
    metrics={
        "assignment_raises": "fixed",
        "parameters_raise": "fixed",
        "empty_parameter_list": "fixed",
    },
    backends=["torch"],
)
def forgotten_super(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """What becomes of a module whose ``__init__`` does not call that of ``nn.Module``."""
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, outputs=outputs)

    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(setup.inputs, setup.outputs)

    class Empty(nn.Module):
        def __init__(self) -> None:
            pass

    return {
        "assignment_raises": raises(Forgetful),
        "parameters_raise": raises(lambda: list(Empty().parameters())),
        "empty_parameter_list": _is_empty(Forgetful),
    }


def _is_empty(model: Callable[[], nn.Module]) -> float:
    """Whether a model can be made and its ``parameters()`` are none."""
    try:
        return float(not list(model().parameters()))
    except AttributeError:
        return 0.0


@harness.experiment(
    metrics={
        "hook_runs_of_forward": "fixed",
        "hook_runs_of_call": "fixed",
        "backward_hook_runs": "fixed",
        "call_minus_forward": "fixed",
    },
    backends=["torch"],
)
def module_calls(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """How often hooks run, when the module is called and when its ``forward`` is."""
    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    model, seen = _two_layers(setup), {"forward": 0, "backward": 0}

    def count(which: str) -> None:
        seen[which] += 1

    model.register_forward_hook(lambda *_: count("forward"))
    model.register_full_backward_hook(lambda *_: count("backward"))
    x = setup.normal(setup.rows, setup.inputs).requires_grad_()
    direct = model.forward(x)
    before = seen["forward"]
    called = model(x)
    called.sum().backward()
    return {
        "hook_runs_of_forward": before,
        "hook_runs_of_call": seen["forward"] - before,
        "backward_hook_runs": seen["backward"],
        "call_minus_forward": float((called - direct).detach().abs().max()),
    }


@harness.experiment(
    metrics={
        "training_after_train": "fixed",
        "training_after_eval": "fixed",
        "dropped_in_training": "real",
        "dropped_in_evaluation": "fixed",
        "linear_layer_difference": "fixed",
    },
    backends=["torch"],
)
def module_modes(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """What ``train()`` and ``eval()`` switch: a flag, in every sub-module, and dropout."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer = nn.Linear(setup.inputs, setup.outputs)
    model = nn.Sequential(layer, nn.Dropout(0.5)).to(setup.device)
    x = setup.normal(setup.rows, setup.inputs)
    training = float(model.train().training and model[1].training)
    dropped = float((model(x) == 0).float().mean())
    plain = layer(x).detach()
    evaluating = float(model.eval().training or model[1].training)
    return {
        "training_after_train": training,
        "training_after_eval": evaluating,
        "dropped_in_training": dropped,
        "dropped_in_evaluation": float((model(x) == 0).float().mean()),
        "linear_layer_difference": float((layer(x).detach() - plain).abs().max()),
    }


@harness.experiment(
    metrics={
        "parameters_used_once": "fixed",
        "parameters_used_often": "fixed",
        "output_difference": "fixed",
    },
    backends=["torch"],
)
def dynamic_forward(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """A loop in ``forward`` that uses one layer several times."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, outputs=outputs)

    class Loop(nn.Module):
        def __init__(self, times: int) -> None:
            super().__init__()
            self.layer, self.times = nn.Linear(setup.outputs, setup.outputs), times

        def forward(self, x: Any) -> Any:
            for _ in range(self.times):
                x = self.layer(x)
            return x

    once, often = Loop(1), Loop(5)
    often.load_state_dict(once.state_dict())
    x = setup.normal(setup.rows, setup.outputs).cpu()
    return {
        "parameters_used_once": sum(p.numel() for p in once.parameters()),
        "parameters_used_often": sum(p.numel() for p in often.parameters()),
        "output_difference": float((once(x) - often(x)).detach().abs().max()),
    }


@harness.experiment(
    metrics={
        "class_parameters": "fixed",
        "sequential_parameters": "fixed",
        "output_difference": "fixed",
    },
    backends=["torch"],
)
def module_or_sequential(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The same network as a class of its own and as ``nn.Sequential``."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)

    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(setup.inputs, setup.outputs)

        def forward(self, x: Any) -> Any:
            return self.linear(x.reshape(len(x), -1))

    own = Flat().to(setup.device)
    listed = nn.Sequential(nn.Flatten(), nn.Linear(setup.inputs, setup.outputs)).to(setup.device)
    listed[1].load_state_dict(own.linear.state_dict())
    x = setup.normal(setup.rows, 1, 1, setup.inputs)
    return {
        "class_parameters": sum(p.numel() for p in own.parameters()),
        "sequential_parameters": sum(p.numel() for p in listed.parameters()),
        "output_difference": float((own(x) - listed(x)).detach().abs().max()),
    }


@harness.experiment(
    metrics={"is_bool": "fixed", "ran_on_choice": "fixed"},
    backends=["torch"],
)
def device_choice(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The line that picks a device, and a network that runs on what it picked."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    there = torch.cuda.is_available()
    device = "cuda" if there else "cpu"
    layer = torch.nn.Linear(setup.inputs, setup.outputs).to(device)
    output = layer(torch.zeros(setup.rows, setup.inputs).to(device))
    return {
        "is_bool": isinstance(there, bool),
        "ran_on_choice": output.device.type == device and bool(torch.isfinite(output).all()),
    }
