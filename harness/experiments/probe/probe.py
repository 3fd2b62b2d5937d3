"""What a probe is, and how its ``[params]`` are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from harness import digest
from harness.config.settings import Settings
from harness.config.table import Table
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.types import Outcome
from harness.words import shortened


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


class ParamsError(UsageError):
    """A key of ``[params]`` is unknown, or its value does not fit."""


def read_params(table: type[Table], values: Mapping[str, Any], asked_by: str) -> Any:
    """Return ``[params]`` as an instance of `table`.

    Raises
    ------
    ParamsError
        If a key is unknown or a value does not fit.
    """
    try:
        return table.model_validate_json(digest.canonical(values))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in detail["loc"])
        keys = ", ".join(table.model_fields) or "none"
        raise ParamsError(
            f"[params] {key} of {asked_by}: {detail['msg']}, "
            f"got {shortened(repr(detail.get('input')))}; "
            f"its keys are: {keys}"
        ) from None
