"""Probes by name; their modules are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.errors import UsageError
from harness.experiments.probe.probe import Probe
from harness.words import unknown

PROBES: Mapping[str, str] = {
    "parameters": "harness.experiments.probe.parameters",
    "memory": "harness.experiments.probe.memory",
    "training_memory": "harness.experiments.probe.training_memory",
    "data_summary": "harness.experiments.probe.data_summary",
    "separability": "harness.experiments.probe.documents.separability",
    "function": "harness.experiments.probe.function",
    "layer": "harness.experiments.probe.layer",
    "signal": "harness.experiments.probe.signal",
    "torch_facts": "harness.experiments.probe.documents.torch_facts",
    "autograd": "harness.experiments.probe.documents.autograd",
    "equivalence": "harness.experiments.probe.documents.equivalence",
    "least_squares": "harness.experiments.probe.least_squares.probe",
    "broadcast": "harness.experiments.probe.documents.broadcast",
    "optimizer": "harness.experiments.probe.optimizer",
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
