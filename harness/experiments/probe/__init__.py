"""Probes: small measurements that are neither training nor timing, found by name.

A new probe is one `Probe` in a module and one entry here; it is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import AfterValidator

from harness.config.experiments import Settings
from harness.config.kinds import Kind, kinds_of
from harness.config.table import Table
from harness.errors import Skip, UsageError
from harness.experiments.experiment import Context, Experiment, ParamsError, read_params
from harness.registry import Registry, lazily
from harness.types import Outcome
from harness.words import unknown


def one_of(kind: str, table: Collection[str]) -> AfterValidator:
    """Return the check that a text is a name of a table; says the nearest."""

    def check(name: str) -> str:
        if name not in table:
            raise ValueError(unknown(kind, name, table))
        return name

    return AfterValidator(check)


class NoParams(Table):
    """For a probe without settings of its own."""


@dataclass(frozen=True)
class Probe:
    """An entry of the table of probes.

    Attributes
    ----------
    name : str
        As suites write it in ``[probe] name``.
    does : str
        In a few words.
    run : callable
        ``run(context, params) -> Outcome``; `params` is an instance of `params`. It computes
        with ``context.backend`` and raises `harness.errors.Skip` where that has no such thing.
    produces : callable
        ``produces(settings, params)`` returns the names of every metric, series and array that
        a cell with those settings can leave.
    params : type of Table
        The keys of ``[params]`` it understands, with their defaults.
    kinds : mapping of str to str
        Pattern of a name to the kind of number it is; ``fixed`` where none fits.
    requires : tuple of str
        Tables of the suite that must be given, e.g. ``("data", "model")``.
    choices : mapping of str to callable
        For the keys of ``[params]`` that name something: what names there are.
    """

    name: str
    does: str
    run: Callable[[Context, Any], Outcome]
    produces: Callable[[Settings, Any], frozenset[str]]
    params: type[Table] = NoParams
    requires: tuple[str, ...] = ()
    choices: Mapping[str, Callable[[], Iterable[str]]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)


_HERE = "harness.experiments.probe"
PROBES: Registry[Probe] = lazily(
    "probe",
    (
        ("parameters", f"{_HERE}.memory:PARAMETERS"),
        ("memory", f"{_HERE}.memory:MEMORY"),
        ("training_memory", f"{_HERE}.memory:TRAINING_MEMORY"),
        ("data_summary", f"{_HERE}.data_summary:PROBE"),
        ("function", f"{_HERE}.function:PROBE"),
        ("layer", f"{_HERE}.layer:PROBE"),
        ("signal", f"{_HERE}.signal:PROBE"),
        ("least_squares", f"{_HERE}.least_squares:PROBE"),
        ("optimizer", f"{_HERE}.optimizer:PROBE"),
    ),
)
"""What ``[probe] name`` can name."""


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
