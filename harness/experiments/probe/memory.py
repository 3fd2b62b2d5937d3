"""Probe ``memory``: bytes of one forward pass, with and without the graph.

It gives two numbers because they tell different stories. `forward_bytes` is the most the pass
holds at once; `retained_bytes` is what is still held after it, which is what a graph keeps for
the backward pass. Without a graph a layer's input is freed as soon as its output is there, so
over many layers both fall; a shallow network may peak at the same height with and without.
"""

from __future__ import annotations

from harness.backends.protocol import Memory
from harness.config.settings import Settings
from harness.errors import Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context
from harness.experiments.probe import NoParams, Probe
from harness.experiments.probe.parameters import count
from harness.types import Outcome


def run(context: Context, _: NoParams) -> Outcome:
    """Measure one forward pass of ``[train] batch_size`` examples.

    Raises
    ------
    Skip
        If the backend cannot account for its memory.
    """
    backend, device = context.backend, context.device
    if not isinstance(backend, Memory):
        raise Skip(f"the {backend.name} backend does not account for its memory")
    task = tasks.build(context, "probe 'memory'")
    parameters = count(context, task)
    size = task.train.batch_size
    examples, _labels = task.examples(None if size == "full" else size)
    x = backend.put(examples, device)
    grad = context.settings.probe is None or context.settings.probe.grad
    peak, retained = backend.forward_memory(task.network, x, device, grad=grad)
    return Outcome(
        metrics={
            "forward_bytes": float(peak),
            "retained_bytes": float(retained),
            "parameters": float(parameters),
        }
    )


def _produces(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"parameters", "forward_bytes", "retained_bytes"})


PROBE = Probe("memory", run, _produces, requires=("data", "model", "train"))
