"""Probe ``optimizer``: the update rule of ``[train]`` on declared gradients or a small surface.

With ``[params] gradients`` one scalar parameter is fed a sequence of gradients and every step is
reported in units of the learning rate, positive downhill for a positive gradient. With
``[params] surface`` the parameters move on a known function for ``[train] steps`` steps. Either
way the steps are taken by the backend's own optimizer, through `Driven`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from harness.backends.protocol import learning_rate
from harness.config.experiments import Settings
from harness.config.kinds import Kind
from harness.config.table import Table
from harness.config.train import Optimizer, Train
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe
from harness.experiments.probe.optimizer import surface
from harness.experiments.probe.optimizer.surface import Driven, Surface
from harness.types import Outcome, Series

POINTS = 20
"""Points of a series; longer sequences are thinned, their last `TAIL` steps are all kept."""
TAIL = 5
NAMES = frozenset(
    {
        "first_step",
        "last_step",
        "previous_step",
        "last_over_previous",
        "largest_step",
        "rms_step",
        "mean_step",
        "uncorrected_last",
        "step",
    }
)


class Gradients(Table):
    """What the parameter is fed, in this order: `values`, `ramp`, `runs`, `random`.

    Attributes
    ----------
    values
        Gradients, one a step.
    ramp
        The last of 1, 2, 3, ...
    runs
        Pairs (gradient, how often).
    random
        Number of gradients drawn from N(0, 1).
    scale
        Factor of all of them.
    """

    name: str = ""
    values: tuple[float, ...] = ()
    ramp: int = Field(default=0, ge=0)
    runs: tuple[tuple[float, PositiveInt], ...] = ()
    random: int = Field(default=0, ge=0)
    scale: float = 1.0

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return bool(self.values or self.ramp or self.runs or self.random)

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return all of them, (steps,)."""
        ramp = np.arange(1.0, self.ramp + 1)
        repeated = [np.full(count, value) for value, count in self.runs]
        drawn = rng.standard_normal(self.random)
        return self.scale * np.concatenate([self.values, ramp, *repeated, drawn])


def fed(context: Context, train: Train, gradients: Gradients) -> Outcome:
    """Return the steps in units of the learning rate.

    ``uncorrected_last`` is ``m / (sqrt(v) + eps)`` of the Adam recursions without bias correction,
    after the last gradient, for optimizer ``adam`` only.
    """
    sequence = gradients.draw(context.streams.generator("probe"))
    driven, lr = Driven(context, train, [0.0]), learning_rate(train)
    steps = np.array([-driven.step(np.array([g]))[0] / lr for g in sequence])
    metrics = _metrics(steps)
    if train.optimizer.name == "adam":
        metrics["uncorrected_last"] = uncorrected(sequence, train.optimizer)
    return Outcome(metrics=metrics, series={"step": _thinned(steps)})


def _metrics(steps: NDArray[np.float64]) -> dict[str, float]:
    found = {
        "first_step": steps[0],
        "last_step": steps[-1],
        "largest_step": np.abs(steps).max(),
        "rms_step": np.sqrt(np.mean(steps**2)),
        "mean_step": steps.mean(),
    }
    if len(steps) > 1:
        found["previous_step"] = steps[-2]
        found["last_over_previous"] = steps[-1] / steps[-2] if steps[-2] else np.nan
    return {name: float(value) for name, value in found.items()}


def uncorrected(gradients: NDArray[np.float64], settings: Optimizer) -> float:
    """Return ``m / (sqrt(v) + eps)`` after the last of `gradients` (n,), m and v starting at 0."""
    m = v = 0.0
    for g in gradients:
        m = settings.beta1 * m + (1 - settings.beta1) * g
        v = settings.beta2 * v + (1 - settings.beta2) * g * g
    return float(m / (np.sqrt(v) + settings.eps))


def _thinned(values: NDArray[np.float64]) -> Series:
    n = len(values)
    head = np.linspace(1, n, min(n, POINTS - TAIL)).round().astype(int)
    kept = sorted({*head.tolist(), *range(max(1, n - TAIL + 1), n + 1)})
    return Series([float(step) for step in kept], [float(values[step - 1]) for step in kept])


class Params(Table):
    """``[params]``: exactly one of `gradients` and `surface`; the other is left out or empty.

    A `name` in either is what an axis of such tables calls one.
    """

    gradients: Gradients = Gradients()
    surface: Surface = Surface()


def run(context: Context, params: Params) -> Outcome:
    """Feed the optimizer.

    Raises
    ------
    UsageError
        If not exactly one of `gradients` and `surface` is given, or ``[train] steps`` is missing.
    """
    train = context.settings.train
    if train is None or params.gradients.given == bool(params.surface.start):
        raise UsageError(
            "[params] of probe 'optimizer' must have exactly one of gradients and surface, "
            "beside a [train] table with the optimizer"
        )
    if params.gradients.given:
        return fed(context, train, params.gradients)
    return surface.run(context, train, params.surface)


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    return NAMES if params.gradients.given else surface.names(params.surface)


KINDS: Mapping[str, Kind] = {"mean_step": "real", "rms_step": "real"}

PROBE = Probe(
    "optimizer",
    "the update rule of [train] on declared gradients or a small surface",
    run,
    _produces,
    params=Params,
    requires=("train",),
    kinds=KINDS,
)
