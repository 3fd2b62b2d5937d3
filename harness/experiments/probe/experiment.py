"""Measurements that are neither training nor timing, by name; see `harness.experiments.probe`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.config.kinds import Kind, kinds_of
from harness.config.settings import Settings
from harness.errors import Skip, UsageError
from harness.experiments.experiment import Context, Experiment, ParamsError, read_params
from harness.experiments.probe import PROBES, Probe
from harness.types import Outcome


def run(context: Context) -> Outcome:
    """Measure what ``[probe] name`` says.

    Raises
    ------
    UsageError
        If a table that the measurement needs is missing, or a key of ``[params]`` is wrong.
    Skip
        If the backend has no such thing.
    """
    probe, params = _chosen(context.settings)
    reason = context.backend.absent(context.device)
    if reason is not None:
        raise Skip(reason)
    for name in probe.requires:
        if getattr(context.settings, name) is None:
            raise UsageError(_missing(probe, name))
    return probe.run(context, params)


def _chosen(settings: Settings) -> tuple[Probe, Any]:
    if settings.probe is None:
        raise UsageError("experiment 'probe' must be given the table [probe]")
    probe = PROBES.get(settings.probe.name)
    return probe, read_params(probe.params, settings.params, f"probe {probe.name!r}")


def _missing(probe: Probe, name: str) -> str:
    return f"the probe {probe.name!r} must have a [{name}] table"


def complaints(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    try:
        probe, _ = _chosen(settings)
    except ParamsError as error:
        yield ("params",), str(error)
        return
    except UsageError as error:
        yield ("probe", "name"), str(error)
        return
    for name in probe.requires:
        if getattr(settings, name) is None:
            yield (name,), _missing(probe, name)


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of what a cell leaves; empty when the settings are not valid."""
    try:
        probe, params = _chosen(settings)
    except UsageError:
        return frozenset()
    return probe.produces(settings, params)


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves; a probe's facts are fixed by default."""
    try:
        probe, _ = _chosen(settings)
    except UsageError:
        return {}
    patterns = dict(probe.kinds)
    patterns.setdefault("*", "fixed")  # a probe that says something of all others is believed
    return kinds_of(produces(settings), patterns)


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the probe knows: a suite may ask several probes."""
    if settings.probe is None:
        return frozenset()
    try:
        return frozenset(PROBES.get(settings.probe.name).params.model_fields)
    except UsageError:
        return frozenset()


EXPERIMENT = Experiment(
    name="probe",
    version=1,
    tables=("data", "model", "train", "probe", "params"),
    requires=("probe",),
    run=run,
    produces=produces,
    kinds=kinds,
    complaints=complaints,
    reads=reads,
)
