"""Measurements that are neither training nor timing: parameters, memory of a forward pass.

``memory`` gives two numbers because they tell different stories. `forward_bytes` is the most the
pass holds at once; `retained_bytes` is what is still held after it, which is what a graph keeps
for the backward pass. Without a graph a layer's input is freed as soon as its output is there, so
over many layers both fall; a shallow network may peak at the same height with and without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.backends.base import Memory
from harness.config.other import Probe
from harness.config.shapes import parameter_count
from harness.config.train import Train
from harness.errors import HarnessError, Skip, UsageError
from harness.experiments import workload
from harness.experiments.base import Context, Experiment, Settings
from harness.types import Outcome


def run(context: Context) -> Outcome:
    """Measure what ``[probe] name`` says.

    Raises
    ------
    UsageError
        If a table that the measurement needs is missing.
    Skip
        If the backend cannot account for its memory.
    HarnessError
        If the backend's network holds other parameters than the suite describes.
    """
    probe = context.settings.probe
    if probe is None:
        raise UsageError("experiment 'probe' must be given the table [probe]")
    return PROBES[probe.name](context, probe)


def _parameters(context: Context, _: Probe) -> Outcome:
    settings = context.settings
    # A count needs no training: a suite may leave [train] out, a network may not.
    train = settings.train or Train(loss="cross_entropy", epochs=1)
    context = replace(context, settings=replace(settings, train=train))
    work = workload.build(context, "probe 'parameters'")
    return Outcome(metrics={"parameters": float(_count(context, work))})


def _memory(context: Context, probe: Probe) -> Outcome:
    backend, device = context.backend, context.device
    if not isinstance(backend, Memory):
        raise Skip(f"the {backend.name} backend does not account for its memory")
    work = workload.build(context, "probe 'memory'")
    parameters = _count(context, work)
    size = work.train.batch_size
    examples, _ = work.examples(None if size == "full" else size)
    x = backend.put(examples, device)
    peak, retained = backend.forward_memory(work.network, x, device, grad=probe.grad)
    return Outcome(
        metrics={
            "forward_bytes": float(peak),
            "retained_bytes": float(retained),
            "parameters": float(parameters),
        }
    )


PROBES: Mapping[str, Callable[[Context, Probe], Outcome]] = {
    "parameters": _parameters,
    "memory": _memory,
}


def _count(context: Context, work: workload.Workload) -> int:
    """Count the parameters as described and as the backend holds them; they must agree."""
    described = parameter_count(work.placed)
    held = sum(weight.size for weight in work.network.weights().values())
    if held != described:
        raise HarnessError(
            f"the {context.backend.name} network must hold the {described} parameters that "
            f"[model] describes, it holds {held}; the backend's layers are at fault"
        )
    return described


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of the metrics that a cell leaves."""
    memory = settings.probe is not None and settings.probe.name == "memory"
    return frozenset({"parameters"} | ({"forward_bytes", "retained_bytes"} if memory else set()))


EXPERIMENT = Experiment(
    name="probe",
    version=1,
    tables=("data", "model", "train", "probe"),
    requires=("data", "model", "probe"),
    run=run,
    produces=produces,
)
