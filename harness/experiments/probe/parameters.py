"""Probe ``parameters``: the number of trainable scalars of ``[model]``."""

from __future__ import annotations

from dataclasses import replace

from harness.config.model import parameter_count
from harness.config.settings import Settings
from harness.config.train import Train
from harness.errors import HarnessError
from harness.experiments import tasks
from harness.experiments.experiment import Context
from harness.experiments.probe import NoParams, Probe
from harness.types import Outcome


def run(context: Context, _: NoParams) -> Outcome:
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


def _produces(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"parameters"})


PROBE = Probe("parameters", run, _produces, requires=("data", "model"))
