"""Probes: small measurements that are neither training nor timing, found by name.

A new probe is one module with a ``PROBE`` and one entry here; it is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import AfterValidator

from harness.config.kinds import Kind
from harness.config.settings import Settings
from harness.config.table import Table
from harness.experiments.experiment import Context
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
        ("parameters", f"{_HERE}.parameters:PROBE"),
        ("memory", f"{_HERE}.memory:PROBE"),
        ("training_memory", f"{_HERE}.training_memory:PROBE"),
        ("data_summary", f"{_HERE}.data_summary:PROBE"),
        ("function", f"{_HERE}.function:PROBE"),
        ("layer", f"{_HERE}.layer:PROBE"),
        ("signal", f"{_HERE}.signal:PROBE"),
        ("least_squares", f"{_HERE}.least_squares:PROBE"),
        ("optimizer", f"{_HERE}.optimizer:PROBE"),
    ),
)
"""What ``[probe] name`` can name."""
