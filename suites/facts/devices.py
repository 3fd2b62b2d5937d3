"""Scenarios of devices: what is refused, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import elsewhere, raises, refusal
from suites.facts.perceptron import perceptron
from suites.facts.setups import Setup

TOO_MUCH = 2**62
"""Bytes beyond every address space (57 bits): a system that promises what it lacks refuses too."""


@harness.experiment(
    metrics={
        "raises": "fixed",
        "message_says_expected_object_of_device_type": "fixed",
        "message_says_device": "fixed",
        "message_names_cpu": "fixed",
    },
    backends=["torch"],
)
def device_mismatch(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """A network on one device, its input on another: is it refused, and in which words."""
    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
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


@harness.experiment(
    metrics={"index": "fixed"},
    backends=["torch"],
)
def default_index(rng: Generator, device: str) -> Mapping[str, float]:
    """The number of the device that a bare name means; -1 for a device without numbers."""
    import torch

    setup = Setup(rng, device)
    there = torch.zeros(1, device=setup.device).device.index
    return {"index": -1 if there is None else there}


@harness.experiment(
    metrics={"raises": "fixed"},
    backends=["torch"],
)
def out_of_memory(rng: Generator, device: str) -> Mapping[str, float]:
    """A tensor larger than any memory."""
    import torch

    setup = Setup(rng, device)
    return {"raises": raises(lambda: torch.zeros(TOO_MUCH, dtype=torch.uint8, device=setup.device))}
