"""Probe ``autograd``: a named scenario of automatic differentiation, as numbers.

``[params] scenario`` names an entry of the module `registry` here. What NumPy can show by numerical
derivatives it shows; the rest is about torch and skipped elsewhere.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import PositiveInt

from harness.config.settings import Settings
from harness.config.table import Table
from harness.errors import Skip
from harness.experiments.experiment import Context
from harness.experiments.probe.documents.autograd.registry import SCENARIOS
from harness.experiments.probe.documents.autograd.scenario import Scene
from harness.experiments.probe.probe import Probe, one_of
from harness.types import Outcome


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    scenario
        A key of `SCENARIOS`.
    points
        Where a function is differentiated.
    examples
        Size of the batch, or number of repetitions, of scenarios that have one.
    """

    scenario: Annotated[str, one_of("scenario", SCENARIOS)]
    points: tuple[float, ...] = ()
    examples: PositiveInt = 8


def run(context: Context, params: Params) -> Outcome:
    """Play one scenario.

    Raises
    ------
    Skip
        If the backend has no such thing.
    """
    play = SCENARIOS[params.scenario].plays.get(context.backend.name)
    if play is None:
        raise Skip(f"the {context.backend.name} backend has no scenario {params.scenario!r}")
    rng = context.streams.generator("probe")
    found = play(Scene(context.device, rng, params.points, params.examples))
    return Outcome(metrics={name: float(value) for name, value in found.items()})


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    return SCENARIOS[params.scenario].names(len(params.points))


PROBE = Probe("autograd", run, _produces, params=Params, choices={"scenario": lambda: SCENARIOS})
