"""Probes by name; their modules are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.errors import UsageError
from harness.experiments.probes.base import Probe
from harness.words import unknown

PROBES: Mapping[str, str] = {
    "parameters": "harness.experiments.probes.parameters",
    "memory": "harness.experiments.probes.memory",
    "training_memory": "harness.experiments.probes.training_memory",
    "data_summary": "harness.experiments.probes.data_summary",
    "separability": "harness.experiments.probes.separability",
    "function": "harness.experiments.probes.function",
    "layer": "harness.experiments.probes.layer",
    "signal": "harness.experiments.probes.signal",
    "torch_facts": "harness.experiments.probes.torch_facts",
    "autograd": "harness.experiments.probes.autograd",
    "equivalence": "harness.experiments.probes.equivalence",
    "least_squares": "harness.experiments.probes.least_squares.probe",
    "broadcast": "harness.experiments.probes.broadcast",
    "optimizer": "harness.experiments.probes.optimizer",
}
"""Name of a probe to the module that holds it as ``PROBE``."""


def get(name: str) -> Probe:
    """Return the probe of a name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in PROBES:
        raise UsageError(unknown("probe", name, PROBES))
    return cast(Probe, importlib.import_module(PROBES[name]).PROBE)
