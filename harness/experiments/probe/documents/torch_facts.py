"""Probe ``torch_facts``: what a named piece of PyTorch code does, as a few numbers.

The scenarios stand in the package `facts` beside it. Some are pure counting (a shape, the keys of a
state dict), some ask yes or no (was an error raised), some compare two ways (largest difference).
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import PositiveInt

from harness.config.kinds import Kind
from harness.config.settings import Settings
from harness.config.table import Table
from harness.errors import HarnessError, Skip, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe.documents.facts import registry
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup
from harness.experiments.probe.probe import Probe
from harness.types import Outcome


class Params(Table):
    """Which scenario, and the sizes it is played with.

    Attributes
    ----------
    scenario
        A name of `harness.experiments.probe.documents.facts.registry`.
    rows, inputs, outputs, units, examples
        Examples of a batch, features of one, outputs, units of a hidden layer, examples in all; a
        scenario uses those it needs.
    """

    scenario: str
    rows: PositiveInt = 64
    inputs: PositiveInt = 784
    outputs: PositiveInt = 10
    units: PositiveInt = 32
    examples: PositiveInt = 1003


def run(context: Context, params: Params) -> Outcome:
    """Play the scenario.

    Raises
    ------
    Skip
        If the backend is not torch.
    HarnessError
        If the scenario does not return the metrics it declares.
    """
    if context.backend.name != "torch":
        raise Skip(f"facts of PyTorch cannot be seen with the {context.backend.name} backend")
    scenario = registry.get(params.scenario)
    setup = Setup(
        rng=context.streams.generator("probe"),
        device=context.device,
        rows=params.rows,
        inputs=params.inputs,
        outputs=params.outputs,
        units=params.units,
        examples=params.examples,
        dataset=context.dataset,
    )
    found = _played(scenario, setup)
    if found.keys() != set(scenario.metrics):
        raise HarnessError(
            f"scenario {params.scenario!r} must return the metrics it declares, "
            f"{sorted(scenario.metrics)}, got {sorted(found)}; correct its entry in SCENARIOS"
        )
    return Outcome(metrics=found)


def _played(scenario: Scenario, setup: Setup) -> dict[str, float]:
    """Return the numbers of a scenario; the global generator, which modules use, is its own."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(int(setup.rng.integers(2**31)))
        return {name: float(value) for name, value in scenario.run(setup).items()}


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    try:
        return frozenset(registry.get(params.scenario).metrics)
    except UsageError:
        return frozenset()


KINDS: Mapping[str, Kind] = {
    "batch_norm": "positive",
    "classic_difference_when_lr_falls": "positive",
    "conv2d_default": "real",
    "default": "real",
    "dropout": "positive",
    "dropped_in_training": "real",
    "gradient_sign_agreement": "real",
    "kaiming_normal": "real",
    "largest_output": "positive",
    "largest_weight": "positive",
    "linear_default": "real",
    "negative_share": "real",
    "normal_positive_outputs": "real",
    "normal_variance_gain": "real",
    "reshaped_difference": "positive",
    "smallest": "positive",
    "standard_deviation": "real",
    "standard_normal": "real",
    "variance_ratio": "real",
    "xavier_normal": "real",
}
"""What a draw has a say in; everything else is a fact of the library."""


def _revision(params: Params) -> int:
    try:
        return registry.get(params.scenario).revision
    except UsageError:  # the check of the parameters names it
        return 0


PROBE = Probe(
    "torch_facts",
    run,
    _produces,
    Params,
    choices={"scenario": registry.scenarios},
    kinds=KINDS,
    revision=_revision,
)
