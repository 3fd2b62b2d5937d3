"""Scenarios of devices: what is refused, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.experiments.probe.documents.facts.outcomes import elsewhere, raises, refusal
from harness.experiments.probe.documents.facts.perceptron import perceptron
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup

TOO_MUCH = 2**62
"""Bytes beyond every address space (57 bits): a system that promises what it lacks refuses too."""


def device_mismatch(setup: Setup) -> Mapping[str, float]:
    """A network on one device, its input on another: is it refused, and in which words."""
    model: Any = perceptron(setup).to(elsewhere(setup))
    x = setup.normal(setup.rows, setup.inputs).cpu()
    message = refusal(lambda: model(x))
    return {
        "raises": message is not None,
        "message_says_expected_object_of_device_type": _says(
            message, "Expected object of device type"
        ),
        "message_says_device": _says(message, "device"),
        "message_names_cpu": _says(message, "cpu"),
    }


def _says(message: str | None, words: str) -> bool:
    return message is not None and words in message


def default_index(setup: Setup) -> Mapping[str, float]:
    """The number of the device that a bare name means; -1 for a device without numbers."""
    import torch

    there = torch.zeros(1, device=setup.device).device.index
    return {"index": -1 if there is None else there}


def out_of_memory(setup: Setup) -> Mapping[str, float]:
    """A tensor larger than any memory."""
    import torch

    return {"raises": raises(lambda: torch.zeros(TOO_MUCH, dtype=torch.uint8, device=setup.device))}


SCENARIOS: Mapping[str, Scenario] = {
    "device_mismatch": Scenario(
        (
            "raises",
            "message_says_expected_object_of_device_type",
            "message_says_device",
            "message_names_cpu",
        ),
        device_mismatch,
    ),
    "default_index": Scenario(("index",), default_index),
    "out_of_memory": Scenario(("raises",), out_of_memory),
}
