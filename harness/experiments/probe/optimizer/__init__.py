"""Probe ``optimizer``: the update rule of ``[train]`` on declared gradients or a small surface.

With ``[params] gradients`` one scalar parameter is fed a sequence of gradients and every step is
reported in units of the learning rate, positive downhill for a positive gradient. With
``[params] surface`` the parameters move on a known function for ``[train] steps`` steps. Either
way the steps are taken by the backend's own optimizer, through `Driven`.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.config.kinds import Kind
from harness.config.settings import Settings
from harness.config.table import Table
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe
from harness.experiments.probe.optimizer import sequence, surface
from harness.experiments.probe.optimizer.sequence import Gradients
from harness.experiments.probe.optimizer.surface import Surface
from harness.types import Outcome


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
        return sequence.run(context, train, params.gradients)
    return surface.run(context, train, params.surface)


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    return sequence.NAMES if params.gradients.given else surface.names(params.surface)


KINDS: Mapping[str, Kind] = {"mean_step": "real", "rms_step": "real"}

PROBE = Probe("optimizer", run, _produces, params=Params, requires=("train",), kinds=KINDS)
