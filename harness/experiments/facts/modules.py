"""Scenarios of ``torch.nn.Module``: what it registers, moves, saves, and how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.experiments.facts.base import Scenario, Setup

if TYPE_CHECKING:
    from torch import nn


def _two_layers(setup: Setup) -> nn.Module:
    """Return a module with a sub-module of its own, the way tutorials write one."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer1 = nn.Linear(setup.inputs, setup.outputs)
            self.inner = nn.Sequential(nn.ReLU(), nn.Linear(setup.outputs, setup.outputs))

        def forward(self, x: Any) -> Any:
            return self.inner(self.layer1(x))

    return Model().to(setup.device)


def module_registration(setup: Setup) -> Mapping[str, float]:
    """What a module knows of layers that were only assigned to it."""
    model = _two_layers(setup)
    parameters = list(model.parameters())
    moved = _two_layers(setup).to("meta" if setup.device == "cpu" else setup.device)
    elsewhere = "meta" if setup.device == "cpu" else setup.device
    return {
        "parameter_tensors": len(parameters),
        "parameter_count": sum(p.numel() for p in parameters),
        "state_dict_keys": len(model.state_dict()),
        "moved_share": sum(p.device.type == elsewhere for p in moved.parameters())
        / len(parameters),
        "listed_attribute_parameters": _in_a_list(setup),
    }


def _in_a_list(setup: Setup) -> int:
    """Return how many parameters are found of a layer kept in a plain Python list."""
    from torch import nn

    model = nn.Module()
    model.layers = [nn.Linear(setup.inputs, setup.outputs)]  # type: ignore[assignment]
    return len(list(model.parameters()))


def forgotten_super(setup: Setup) -> Mapping[str, float]:
    """What happens to a module whose ``__init__`` does not call that of ``nn.Module``."""
    from torch import nn

    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(setup.inputs, setup.outputs)

    class Empty(nn.Module):
        def __init__(self) -> None:
            pass

    return {
        "assignment_raises": _raises(Forgetful),
        "empty_parameter_list": _is_empty(Forgetful),
        "parameters_raise": _raises(lambda: list(Empty().parameters())),
    }


def _raises(action: Any) -> float:
    try:
        action()
    except AttributeError:
        return 1.0
    return 0.0


def _is_empty(model: Any) -> float:
    """Whether a model can be made and ``list(model.parameters())`` is empty."""
    try:
        return float(not list(model().parameters()))
    except AttributeError:
        return 0.0


SCENARIOS: Mapping[str, Scenario] = {
    "module_registration": Scenario(
        (
            "parameter_tensors",
            "parameter_count",
            "state_dict_keys",
            "moved_share",
            "listed_attribute_parameters",
        ),
        module_registration,
    ),
    "forgotten_super": Scenario(
        ("assignment_raises", "empty_parameter_list", "parameters_raise"), forgotten_super
    ),
}
