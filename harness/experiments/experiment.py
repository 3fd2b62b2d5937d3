"""What an experiment is: a function from a cell's context to an outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from harness import digest
from harness.backends.protocol import Backend
from harness.code.sources import Sources
from harness.config.experiments import Settings
from harness.config.kinds import Kind
from harness.config.table import Table
from harness.datasets.dataset import Dataset
from harness.errors import UsageError
from harness.seeding import Streams
from harness.words import shortened


@dataclass(frozen=True)
class Context:
    """Everything an experiment may use.

    Attributes
    ----------
    settings : Settings
        The case's tables.
    backend : Backend
        The library to compute with.
    device : str
        Where.
    streams : Streams
        The cell's keyed random streams; there is no other source of randomness.
    dataset : Dataset or None
        The decoded data, whole; the experiment takes the first ``n_train`` and so on itself
        through `harness.datasets.parts`.
    budget : float
        Seconds that the cell may take in all.
    home : str
        The folder of the suite's file; ``""`` where there is none.
    """

    settings: Settings
    backend: Backend
    device: str
    streams: Streams
    dataset: Dataset | None = None
    budget: float = math.inf
    home: str = ""


def seed_of(streams: Streams) -> int:
    """Return the seed of a cell as one number: what a user repeats the run with by hand."""
    own = streams.root + streams.repetition
    return own if streams.script is None else streams.script


@dataclass(frozen=True)
class Shared:
    """What cells must have in common to run together.

    Attributes
    ----------
    settings : Settings
        The tables, without what may differ.
    size : int
        Bytes that a step of one cell works on, its parameters not counted, nor what it shares.
    batch : int
        Bytes that a step of several cells works on, whose number makes no difference to it.
    same : {'none', 'seed', 'all'}
        The cells that share it: those of a seed, or all.
    """

    settings: Settings
    size: int
    batch: int = 0
    same: Literal["none", "seed", "all"] = "none"


def _unknown(settings: Settings) -> Mapping[str, Kind]:  # noqa: ARG001 - a user's experiment
    return {}


@dataclass(frozen=True)
class Experiment:
    """An entry of the experiment table.

    Attributes
    ----------
    name : str
        As suites write it.
    version : int
        Raised by hand when the code changes results; part of every case id.
    tables : tuple of str
        Suite tables it reads; the others do not enter its case ids.
    requires : tuple of str
        Those of `tables` that must be given.
    run : callable
        ``run(context)`` returns an `Outcome`, or what `harness.execute.outcome` makes one of.
    alone : bool
        True when its cells time something and must run with nothing beside them.
    produces : callable or None
        ``produces(settings)`` returns the names of every metric, series and array that a cell
        with those settings can leave, or patterns of names (``"grad_*"``); None when that is not
        known beforehand.
    kinds : callable
        ``kinds(settings)`` returns what kind of number each of the metrics and arrays is.
    complaints : callable or None
        ``complaints(settings)`` yields what is wrong with them: the path of a key, a sentence.
    reads : callable or None
        ``reads(settings)`` returns the keys of ``[params]`` that a case with those settings
        reads; the others do not enter its case id. None when it reads them all.
    offers : callable or None
        ``offers(settings, backend, device)`` tells whether those could ever run a case with
        those settings; where not, there is no such case.
    revision : callable or None
        ``revision(settings)`` returns a number that is raised as `version` is, for the cases with
        those settings only; where it is 0 it does not enter the case id.
    accepts : callable or None
        ``accepts(settings)`` returns keys of ``[params]`` that may be axes without standing there.
    defaults : mapping of str to object
        What keys of ``[params]`` are where nobody gives them; given so, they enter no case id.
    code : callable or None
        ``code(settings, home)`` returns the files it is made of, seen from the folder of the suite,
        in place of a `version` raised by hand.
    absent : callable or None
        ``absent(settings, home)`` yields what of the user's code is not there, as `complaints`.
    asks : callable or None
        ``asks(settings, home)`` returns the keys of ``[params]`` that the user's code asks for,
        where `reads` cannot tell: all of them enter the case id.
    apart : callable or None
        ``apart(settings)`` tells whether its cells run one by one although they time nothing.
    reusable : bool
        Whether its cells may follow each other in one process.
    libraries : frozenset of str
        Large libraries that its cells may import, beside that of their backend.
    together : callable or None
        ``together(settings)`` returns what cells must share to run together, None where they run
        one by one. Only for experiments that measure no time.
    run_together : callable or None
        ``run_together(contexts)`` returns for each cell what gives its outcome, as `run` would up
        to rounding: cells of one backend and device that `together` gives the same settings.
    """

    name: str
    version: int
    tables: tuple[str, ...]
    requires: tuple[str, ...]
    run: Callable[[Context], object]
    alone: bool = False
    produces: Callable[[Settings], frozenset[str]] | None = None
    kinds: Callable[[Settings], Mapping[str, Kind]] = _unknown
    complaints: Callable[[Settings], Iterable[tuple[tuple[str, ...], str]]] | None = None
    reads: Callable[[Settings], frozenset[str]] | None = None
    offers: Callable[[Settings, str, str], bool] | None = None
    revision: Callable[[Settings], int] | None = None
    accepts: Callable[[Settings], frozenset[str]] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    code: Callable[[Settings, str], Sources] | None = None
    absent: Callable[[Settings, str], Iterable[tuple[tuple[str, ...], str]]] | None = None
    asks: Callable[[Settings, str], frozenset[str]] | None = None
    apart: Callable[[Settings], bool] | None = None
    reusable: bool = True
    libraries: frozenset[str] = frozenset()
    together: Callable[[Settings], Shared | None] | None = None
    run_together: Callable[[Sequence[Context]], Sequence[Callable[[], object]]] | None = None


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
