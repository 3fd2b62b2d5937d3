"""The gate tried on itself: false alarms on equal sides, and slow-downs that were planted.

Every run is a whole run of the gate over the ten benchmarks of `harness.gate.known_costs`, with its
looks, levels and limits. One side does more work by a known share, or by none. Pairs are stored;
how often the gate was right is computed from them when asked.
"""

from harness.gate.selftest.bench import measure, missing_runs
from harness.gate.selftest.judged import markdown, view
from harness.gate.selftest.runs import Run, of_this_machine, shorten, store, stored

__all__ = [
    "Run",
    "markdown",
    "measure",
    "missing_runs",
    "of_this_machine",
    "shorten",
    "store",
    "stored",
    "view",
]
