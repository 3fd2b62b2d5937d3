"""Scenarios by name. A new one is a function in a module of its kind and one entry there."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.probe.documents.autograd import (
    accumulation,
    blocked,
    graph,
    leaves,
    worked,
)
from harness.experiments.probe.documents.autograd.scenario import Scenario

SCENARIOS: Mapping[str, Scenario] = {
    **worked.SCENARIOS,
    **leaves.SCENARIOS,
    **accumulation.SCENARIOS,
    **blocked.SCENARIOS,
    **graph.SCENARIOS,
}
"""Name of a scenario, as in ``[params] scenario``, to what plays it on which backend."""
