"""Probes: small measurements that are neither training nor timing, found by name.

A new probe is one module with a ``PROBE`` and one entry here; it is imported when it is asked for.
"""

from __future__ import annotations

from harness.experiments.probe.probe import Probe
from harness.registry import Registry, lazily

_HERE = "harness.experiments.probe"
PROBES: Registry[Probe] = lazily(
    "probe",
    (
        ("parameters", f"{_HERE}.parameters:PROBE"),
        ("memory", f"{_HERE}.memory:PROBE"),
        ("training_memory", f"{_HERE}.training_memory:PROBE"),
        ("data_summary", f"{_HERE}.data_summary:PROBE"),
        ("function", f"{_HERE}.function:PROBE"),
        ("layer", f"{_HERE}.layer:PROBE"),
        ("signal", f"{_HERE}.signal:PROBE"),
        ("least_squares", f"{_HERE}.least_squares:PROBE"),
        ("optimizer", f"{_HERE}.optimizer:PROBE"),
    ),
)
"""What ``[probe] name`` can name."""
