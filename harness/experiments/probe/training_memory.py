"""Probe ``training_memory``: bytes of one training step against those of one prediction.

Counted by kind: inputs of a batch, weights, what a prediction holds at most, and what a step leaves
behind it, gradients and the optimizer's state. Two ratios come of it. `training_over_inference`
adds up what the kinds hold: inputs, weights, saved activations, gradients, optimizer state;
`peak_over_inference` takes the most that the first step holds at once, temporaries included.
"""

from __future__ import annotations

from harness.backends.protocol import Memory, StepMemory
from harness.config.settings import Settings
from harness.errors import Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context
from harness.experiments.probe import NoParams, Probe
from harness.types import Outcome

METRICS = (
    "input_bytes",
    "weight_bytes",
    "inference_bytes",
    "activation_bytes",
    "gradient_and_state_bytes",
    "training_bytes",
    "training_over_inference",
    "peak_over_inference",
)


def run(context: Context, _: NoParams) -> Outcome:
    """Measure one prediction and one step of ``[train] batch_size`` examples.

    Raises
    ------
    Skip
        If the backend cannot account for the memory of a step.
    """
    backend, device = context.backend, context.device
    if not (isinstance(backend, Memory) and isinstance(backend, StepMemory)):
        raise Skip(f"the {backend.name} backend does not account for the memory of a step")
    task = tasks.build(context, "probe 'training_memory'")
    size = task.train.batch_size
    examples, labels = task.examples(None if size == "full" else size)
    x, y = backend.put(examples, device), backend.put(labels, device)
    inputs = examples.nbytes
    weights = sum(weight.nbytes for weight in task.network.weights().values())
    predicting, _held = backend.forward_memory(task.network, x, device, grad=False)
    _most, activations = backend.forward_memory(task.network, x, device, grad=True)
    peak, left = backend.step_memory(task.network, x, y, device)
    inference = inputs + weights + predicting
    training = inputs + weights + activations + left
    found = (
        inputs,
        weights,
        inference,
        activations,
        left,
        training,
        training / inference,
        (inputs + weights + peak) / inference,
    )
    return Outcome(metrics={k: float(v) for k, v in zip(METRICS, found, strict=True)})


def _produces(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset(METRICS)


PROBE = Probe("training_memory", run, _produces, requires=("data", "model", "train"))
