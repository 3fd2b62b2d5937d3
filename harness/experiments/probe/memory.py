"""What a network holds: probes ``parameters``, ``memory`` and ``training_memory``."""

from __future__ import annotations

from dataclasses import replace

from harness.backends.protocol import Memory, StepMemory
from harness.config.experiments import Settings
from harness.config.model import parameter_count
from harness.config.train import Train
from harness.errors import HarnessError, Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context
from harness.experiments.probe import NoParams, Probe
from harness.types import Outcome


def _parameters(context: Context, _: NoParams) -> Outcome:
    """Count the parameters as described and as the backend holds them.

    Raises
    ------
    HarnessError
        If the two differ.
    """
    settings = context.settings
    # A count needs no training: a suite may leave [train] out, a network may not.
    train = settings.train or Train(loss="cross_entropy", epochs=1)
    context = replace(context, settings=settings.model_copy(update={"train": train}))
    task = tasks.build(context, "probe 'parameters'")
    return Outcome(metrics={"parameters": float(count(context, task))})


def count(context: Context, task: tasks.Task) -> int:
    """Return the parameter count, on which the description and the backend must agree.

    Raises
    ------
    HarnessError
        If they do not.
    """
    described = parameter_count(task.placed)
    held = sum(weight.size for weight in task.network.weights().values())
    if held != described:
        raise HarnessError(
            f"the {context.backend.name} network must hold the {described} parameters that "
            f"[model] describes, it holds {held}; the backend's layers are at fault"
        )
    return described


def _counted(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"parameters"})


PARAMETERS = Probe(
    "parameters",
    "the number of trainable scalars of [model]",
    _parameters,
    _counted,
    requires=("data", "model"),
)


def _memory(context: Context, _: NoParams) -> Outcome:
    """Measure one forward pass of ``[train] batch_size`` examples.

    It gives two numbers because they tell different stories. `forward_bytes` is the most the pass
    holds at once; `retained_bytes` is what is still held after it, which is what a graph keeps for
    the backward pass. Without a graph a layer's input is freed as soon as its output is there, so
    over many layers both fall; a shallow network may peak at the same height with and without.

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


def _passed(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"parameters", "forward_bytes", "retained_bytes"})


MEMORY = Probe(
    "memory",
    "bytes of one forward pass, with and without the graph",
    _memory,
    _passed,
    requires=("data", "model", "train"),
)


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


def _training(context: Context, _: NoParams) -> Outcome:
    """Measure one prediction and one step of ``[train] batch_size`` examples.

    Counted by kind: inputs of a batch, weights, what a prediction holds at most, and what a step
    leaves behind it, gradients and the optimizer's state. `training_over_inference` adds up what
    the kinds hold: inputs, weights, saved activations, gradients, optimizer state;
    `peak_over_inference` takes the most that the first step holds at once, temporaries included.

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


def _stepped(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset(METRICS)


TRAINING_MEMORY = Probe(
    "training_memory",
    "bytes of one training step against those of one prediction",
    _training,
    _stepped,
    requires=("data", "model", "train"),
)
